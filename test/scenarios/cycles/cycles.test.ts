/**
 * Containers are started and stopped many times, several at once, and in every tenth cycle something of theirs is
 * killed: the machine is then as it was. `npm run test:cycles` plays 1000 cycles, `npm test` fewer.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Suite } from "../../../lab/tree.ts";
import { hostWith } from "../configurations.ts";
import { eventually, expectAsBefore, scenario, snapshot } from "../harness.ts";

/** In `npm test`: all that kills is in them on both suites. */
const few: Readonly<Record<Suite, number>> = { bookworm: 60, trixie: 40 };
const asked = Number(process.env.STOWAGE_CYCLES ?? 0);
const program = readFileSync(join(import.meta.dirname, "program.cjs"), "utf8");

/** What the journal inside makes of a file that it was killed over: the container's own, and it cleans them up. */
const innerJournal = /\/root\/var\/log\/journal\/.*\.journal~ /;

interface Report {
  readonly cycles: number;
  readonly killed: Readonly<Record<"supervisor" | "init" | "net", number>>;
  /** Kills that came too late: there was nothing to kill any more. */
  readonly escaped: number;
  /** Milliseconds of each start that nobody disturbed. */
  readonly times: readonly number[];
  readonly failures: readonly string[];
}

const network = (n: number): string => `
      privateNetwork: true,
      hostAddress: "10.233.${n}.1", localAddress: "10.233.${n}.2",
      hostAddress6: "fd00:233:${n}::1", localAddress6: "fd00:233:${n}::2",`;
const ports = (n: number): string => `
      forwardPorts: [{ hostPort: ${8000 + n}, containerPort: 80 }, { protocol: "udp", hostPort: ${8000 + n} }],`;

const own = ["ported", "private", "passing"];
const hostTs = hostWith({
  ported: `${network(1)}${ports(1)}\n      config: {},`,
  private: `${network(2)}\n      config: {},`,
  passing: `${network(3)}${ports(3)}\n      ephemeral: true, config: {},`,
  open: `\n      config: {},`,
});

scenario(
  "cycles of start and stop, every tenth with kill -9, leave nothing behind",
  async ({ host }) => {
    await host.switchTo(hostTs);
    // The first round leaves what every later one finds: our empty nft table, ip(8)'s /run/netns.
    const names = [...own, "open"];
    await host.stowage(["start", ...names]);
    await host.stowage(["stop", ...names]);
    await eventually(async () => expect(await host.must(["ip", "netns"])).toBe(""));
    const before = await snapshot(host);

    const cycles = asked > 0 ? asked : few[host.suite];
    await host.put("/root/cycles.cjs", program);
    const request = JSON.stringify({ names, own, cycles });
    const report = JSON.parse(await host.must(["node", "/root/cycles.cjs", request], { timeout: 3_600_000 })) as Report;

    expect(report.failures).toEqual([]);
    expect(report.cycles).toBe(cycles);
    for (const [victim, times] of Object.entries(report.killed)) expect(times, victim).toBeGreaterThan(0);
    await expectAsBefore(host, before, [], innerJournal);
    if (asked > 0) console.log(told(host.suite, report));
  },
  { on: "trixie", timeout: asked > 0 ? 3_600_000 : 120_000 },
);

function told(suite: Suite, { cycles, killed, escaped, times }: Report): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(0);
  const kills = Object.entries(killed).map(([victim, count]) => `${victim} ${count}`);
  return `${suite}: ${cycles} cycles, killed: ${kills.join(", ")} (${escaped} too late); start ${at(0.5)} ms, at most ${at(1)} ms`;
}

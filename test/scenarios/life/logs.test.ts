/** logs: both journals as one, over restarts of the container while they are followed, and of an ephemeral one that is gone. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, onOneMachine } from "../harness.ts";

const work = (word: string) =>
  `{ systemd: { services: { work: { wantedBy: ["multi-user.target"], script: "echo ${word} has begun; sleep infinity", preStop: "echo ${word} ends" } } } }`;

const hostTs = hostWith({
  lasting: `\n      privateNetwork: true, config: ${work("lasting")},`,
  brief: `\n      privateNetwork: true, ephemeral: true, config: ${work("brief")},`,
});

interface Line {
  readonly container: string;
  readonly from: string;
  readonly identifier: string;
  readonly message: string;
  readonly time: number;
}

const linesOf = (text: string): Line[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

const count = (text: string, message: string) => linesOf(text).filter((line) => line.message === message).length;

/** Begins `logs -f`, and ends it after the work; what it has printed. */
async function followed(host: Machine, name: string, work: (shown: () => Promise<string>) => Promise<void>) {
  const file = `/run/followed-${name}`;
  await host.sh(`stowage logs ${name} -f --json >${file} 2>${file}.err & echo $! >${file}.pid`);
  try {
    await work(() => host.get(file));
  } finally {
    await host.sh(`kill -INT $(cat ${file}.pid)`);
  }
  await eventually(async () => expect((await host.run(["sh", "-c", `kill -0 $(cat ${file}.pid)`])).code).not.toBe(0));
  expect(await host.get(`${file}.err`)).toBe("");
  return host.get(file);
}

onOneMachine(
  (scenario) => {
    scenario(
      "-f goes on over restarts, with nothing missing and nothing twice, and ends inside when it ends",
      async ({ host }) => {
        await host.switchTo(hostTs);
        for (const name of ["lasting", "brief"]) {
          await host.stowage(["start", name]);
          const shown = await followed(host, name, async (text) => {
            await eventually(async () => expect(count(await text(), `${name} has begun`)).toBe(1));
            await host.stowage(["restart", name]);
            await eventually(async () => expect(count(await text(), `${name} has begun`)).toBe(2));
            await host.stowage(["stop", name]);
            await eventually(async () => expect(count(await text(), `${name} ends`)).toBe(2));
            await host.stowage(["start", name]);
            await eventually(async () => expect(count(await text(), `${name} has begun`)).toBe(3));
          });
          const work = linesOf(shown).filter(({ message }) => message.startsWith(name));
          expect(work.map(({ message }) => message)).toEqual([
            `${name} has begun`,
            `${name} ends`,
            `${name} has begun`,
            `${name} ends`,
            `${name} has begun`,
          ]);
          for (const line of work) expect(line).toMatchObject({ container: name, from: "inside" });
          expect(linesOf(shown).some(({ from }) => from === "host")).toBe(true);
          const inside = await host.inside(name, ["systemctl", "list-units", "--no-legend", "stowage-*"]);
          expect(inside.trim()).toBe("");
        }
      },
    );

    scenario(
      "of one that is down, an ephemeral one too; of several; from and to a time; of one unit",
      async ({ host }) => {
        await host.switchTo(hostTs);
        await host.stowage(["start", "lasting", "brief"]);
        const one = async (...argv: string[]) => linesOf(await host.stowage(["logs", ...argv, "--json"]));
        for (const name of ["lasting", "brief"]) {
          const lines = await one(name, "--unit", "work", "-n", "1");
          expect(lines.map(({ from, message }) => [from, message])).toEqual([["inside", `${name} has begun`]]);
        }
        await host.stowage(["stop", "lasting", "brief"]);
        const both = await one("lasting", "brief", "-n", "all", "--since", "30m");
        expect(both.map(({ time }) => time)).toEqual(both.map(({ time }) => time).sort((a, b) => a - b));
        for (const name of ["lasting", "brief"]) {
          const work = both.filter(({ container, message }) => container === name && message.startsWith(name));
          expect(work.at(-1)).toMatchObject({ from: "inside", message: `${name} ends` });
        }
        expect(await host.stowage(["logs", "lasting", "brief", "-n", "all"])).toMatch(
          /^\S+ \S+ brief \S+\[\d+\]: brief ends$/m,
        );
        const time = both.find(({ message }) => message === "lasting ends")?.time ?? 0;
        const before = await one("lasting", "--until", `@${(time / 1e6 - 0.001).toFixed(6)}`, "--since", "30m");
        expect(before.some(({ message }) => message === "lasting has begun")).toBe(true);
        expect(before.filter(({ time: at }) => at >= time)).toEqual([]);
        const gone = await host.tryStowage(["logs", "brief", "--unit", "work"]);
        expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining("brief is ephemeral and down")]);
        const endless = await host.tryStowage(["logs", "brief", "-f", "--until", "now"]);
        expect([endless.code, endless.stderr]).toEqual([64, expect.stringContaining("--until")]);
      },
    );
  },
  { on: "trixie" },
);

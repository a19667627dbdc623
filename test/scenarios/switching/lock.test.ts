/** One change at a time: who comes second is told who is at it, or waits; who is killed leaves no lock (rule 10). */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";
import { beginInBackground, closeGate, codeOf, heldAtGate, isolated, openGate, withGate } from "./gate.ts";

const many = 50;

/** Constant shell text: so many at once, each with its output, its exit code and how long it took. */
const atOnce = `mkdir -p /tmp/many; cd /tmp/many
for i in $(seq ${many}); do
  sh -c 'began=$(date +%s%N); stowage switch >$0.out 2>&1; code=$?; echo $code $(( ($(date +%s%N) - began) / 1000000 )) >$0.code' $i </dev/null &
done >/dev/null 2>&1`;

const endings = async (host: Machine) =>
  (await host.sh("cat /tmp/many/*.code 2>/dev/null || :"))
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(" ").map(Number));

/** Figures, no limits: they share the processors with other tests. */
function tellTimes(when: string, ended: readonly (readonly number[])[]): void {
  const times = ended.map(([, time]) => time ?? 0).sort((a, b) => a - b);
  console.log(`${many} ${when}: told after ${times[0]} to ${times.at(-1)} ms, median ${times[many >> 1]} ms`);
}

scenario(
  "fifty at once: one wins, the others say who; a killed one leaves no lock; --wait waits",
  async ({ host }) => {
    await withGate(host);
    await closeGate(host);
    await host.configure(hostWith({ web: isolated }));
    // The first run of all keeps what was compiled of the command: fifty that do it at once are not what is measured.
    await host.tryStowage(["switch", "-c", "/nowhere/host.ts"]);
    await host.must(["sh", "-c", atOnce]);
    const winner = await heldAtGate(host);
    await eventually(async () => expect(await endings(host)).toHaveLength(many - 1), 120_000);
    const ended = await endings(host);
    expect(ended.map(([code]) => code)).toEqual(Array(many - 1).fill(75));
    tellTimes("at once", ended);
    const said = await host.sh("grep -h '^error' /tmp/many/*.out");
    const line = `error[busy]: process ${winner} (switch) is changing this machine, since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\n`;
    // By sh, before there is a Node for each of them (src/cli/entry.sh).
    expect(await host.sh("cat /run/stowage/gate")).toBe(`${winner} switch\n`);
    expect(await host.sh("cat /run/stowage/lock")).toMatch(new RegExp(`^${winner} switch \\d+\n$`));
    // It is the descriptor of the entry's, and programs that the winner starts do not have it.
    // Not find's exit code: processes end meanwhile.
    const having = "find /proc/[0-9]*/fd -lname /run/stowage/lock 2>/dev/null || :";
    expect(await host.sh(having)).toBe(`/proc/${winner}/fd/9\n`);
    // Where the machine is so busy that the winner does not come to writing its name for seconds, it has none yet.
    const unnamed = "error[busy]: another process is changing this machine\n";
    expect(said.replaceAll(unnamed, "")).toMatch(new RegExp(`^(${line.replace(/[[\]()]/g, "\\$&")}){${many - 10},}$`));

    await host.must(["sh", "-c", `rm -r /tmp/many; ${atOnce}`]);
    await eventually(async () => expect(await endings(host)).toHaveLength(many), 120_000);
    const later = await endings(host);
    expect(later.map(([code]) => code)).toEqual(Array(many).fill(75));
    tellTimes("while it is held", later);
    const toldLater = await host.sh("grep -h '^error' /tmp/many/*.out");
    expect(toldLater).toMatch(new RegExp(`^(${line.replace(/[[\]()]/g, "\\$&")}){${many}}$`));

    // Killed: what is left is no lock, and the next one finishes.
    await host.must(["kill", "-9", String(winner)]);
    await host.must(["flock", "-w", "10", "/run/stowage/lock", "true"]);
    await openGate(host);
    await host.stowage(["switch"]);
    expect(await host.property("container@web.service", "ActiveState")).toBe("active");

    await closeGate(host);
    await host.configure(hostWith({ web: isolated, other: isolated }));
    await beginInBackground(host, "/tmp/first", "stowage switch");
    const holder = await heldAtGate(host, "container@other.service");
    const waiting = `waiting for process ${holder} (switch), which is changing this machine, since `;
    await beginInBackground(host, "/tmp/second", "stowage switch --wait");
    await beginInBackground(host, "/tmp/third", "exec stowage gc --wait --events");
    for (const file of ["/tmp/second.err", "/tmp/third.err"])
      await eventually(async () => expect(await host.get(file)).toContain(waiting));
    const flocks = () => host.sh("pgrep -c -x flock || :");
    await eventually(async () => expect(await flocks()).toBe("2\n"));
    await host.must(["pkill", "-INT", "-f", "stowage/dist/cli.* gc --wait"]);
    await eventually(async () =>
      expect(await host.get("/tmp/third.err")).toContain("\ninterrupted: nothing on this machine was changed\n"),
    );
    const events = (await host.get("/tmp/third.out"))
      .trimEnd()
      .split("\n")
      .map((one) => JSON.parse(one));
    expect(events).toMatchObject([
      { event: "waiting", for: "lock", pid: holder, verb: "switch" },
      { event: "interrupted", signal: "SIGINT" },
    ]);
    // Nobody is left to take the lock for one who has gone.
    await eventually(async () => expect(await flocks()).toBe("1\n"));
    await openGate(host);
    expect(await codeOf(host, "/tmp/first")).toBe(0);
    expect(await codeOf(host, "/tmp/second")).toBe(0);
    expect(await host.get("/tmp/second.out")).toBe("");
  },
  { on: "trixie", timeout: 400_000 },
);

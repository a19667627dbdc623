/** start, stop, restart and kill: several at once, exact reports, limits of time, and what goes along. T26, T27, T28, G11. */
import { expect } from "vitest";
import { dualStack, hostWith, serving } from "../configurations.ts";
import { eventually, httpGet, type Machine, onOneMachine } from "../harness.ts";

const unit = "container@web.service";
const service = (script: string, more = "") =>
  `systemd: { services: { work: { wantedBy: ["multi-user.target"], script: ${JSON.stringify(script)}, ${more} } } }`;

/** `web` needs `db`; `slow` does not shut down by itself; `missing` lacks a directory; `port` meets one who has its address. */
const all = hostWith({
  web: `${dualStack}\n      dependsOn: ["db"], config: ${serving("a page\n")},`,
  db: `\n      privateNetwork: true, config: {},`,
  slow: `\n      privateNetwork: true, config: { ${service("trap '' TERM; while :; do sleep 1; done", `serviceConfig: { TimeoutStopSec: "50s" }`)} },`,
  missing: `\n      privateNetwork: true, bindMounts: { "/data": { hostPath: "/srv/missing", idmap: false } }, config: {},`,
  port: `\n      privateNetwork: true, hostBridge: "nowhere0", config: {},`,
  other: `\n      privateNetwork: true, config: {},`,
});

interface Outcome {
  readonly name: string;
  readonly result: string;
  readonly state: string;
  readonly killed: boolean;
  readonly along: readonly string[];
  readonly failure: { readonly text: string; readonly log: readonly string[] } | null;
}

const state = (host: Machine, name: string) => host.property(`container@${name}.service`, "ActiveState");
const answer = async (host: Machine, ...argv: string[]) => {
  const { code, stdout, stderr } = await host.tryStowage([...argv, "--json"]);
  const rows: Outcome[] = stdout === "" ? [] : JSON.parse(stdout);
  return { code, stderr, of: Object.fromEntries(rows.map((row) => [row.name, row])) };
};
const leader = (host: Machine, name: string) =>
  host.must(["machinectl", "show", "--property=Leader", "--value", name]).then((text) => text.trim());

onOneMachine(
  (scenario) => {
    scenario(
      "several at once: each that fails is told with its unit, status and last lines; others go on",
      async ({ host }) => {
        await host.configure(all);
        await host.stowage(["switch"]);
        const { code, of, stderr } = await answer(host, "start", "missing", "port", "other", "web");
        expect(code).toBe(4);
        expect(stderr).toContain("db is started, too: web needs it\n");
        expect(stderr).toMatch(/failed: start missing: .*container@missing\.service .*exit status 1/);
        expect(stderr).toMatch(/failed: start port: container-net@port\.service failed: exit status \d+/);
        expect(of.missing?.failure?.log.join("\n")).toContain("/srv/missing");
        expect(of.port?.failure?.log.join("\n")).toContain("nowhere0");
        expect(of.other).toMatchObject({ result: "done", state: "up", along: [], failure: null });
        expect(of.web).toMatchObject({ result: "done", state: "up", along: ["db"] });
        expect((await httpGet(host, "http://10.233.1.2/")).status).toBe(200);
        // What has failed and is stopped is down, and nobody's to start any more; also between two attempts of systemd's.
        const stopped = await answer(host, "stop", "missing", "port");
        expect(stopped.of).toMatchObject({
          missing: { state: "down", killed: false },
          port: { state: "down", killed: false },
        });
      },
    );

    scenario("T26: stop, then start; restart; what needs another goes along, and is said", async ({ host }) => {
      await host.switchTo(all);
      await host.stowage(["start", "web"]);
      const before = await leader(host, "web");
      const stopped = await answer(host, "stop", "db");
      expect(stopped.stderr).toContain("web is stopped, too: it needs db\n");
      expect(stopped.of.db).toMatchObject({ result: "done", state: "down", killed: false, along: ["web"] });
      expect([await state(host, "web"), await state(host, "db")]).toEqual(["inactive", "inactive"]);
      await host.stowage(["start", "web"]);
      expect((await httpGet(host, "http://10.233.1.2/")).status).toBe(200);
      const again = await answer(host, "restart", "db");
      expect(again.stderr).toContain("web is restarted, too: it needs db\n");
      expect(again).toMatchObject({ code: 0, of: { db: { result: "done", state: "up" } } });
      await host.waitForUnit(unit);
      expect(await leader(host, "web")).not.toBe(before);
      expect((await httpGet(host, "http://10.233.1.2/")).status).toBe(200);
      // One that is down is started.
      await host.stowage(["stop", "other"]);
      expect(await answer(host, "restart", "other")).toMatchObject({ code: 0, of: { other: { state: "up" } } });
    });

    scenario("G11: kill ends at once, is waited for, and stays down; the next start is as any", async ({ host }) => {
      await host.switchTo(all);
      await host.stowage(["start", "web", "slow"]);
      const leaders = await Promise.all([leader(host, "web"), leader(host, "slow")]);
      const killed = await answer(host, "terminate", "web", "slow");
      for (const pid of leaders) expect((await host.run(["test", "-e", `/proc/${pid}`])).code).toBe(1);
      expect(killed).toMatchObject({
        code: 0,
        of: { web: { state: "down", killed: true }, slow: { state: "down", killed: true } },
      });
      expect((await host.run(["machinectl", "show", "web"])).code).not.toBe(0);
      expect(await host.property(unit, "ActiveState")).toBe("inactive");
      expect((await host.tryStowage(["plan"])).stdout).not.toContain(unit);
      await host.stowage(["start", "web"]);
      expect((await httpGet(host, "http://10.233.1.2/")).status).toBe(200);
      // Where nothing runs there is nothing to do.
      expect(await answer(host, "kill", "slow")).toMatchObject({ code: 0, of: { slow: { killed: false } } });
    });

    scenario("kill --signal sends it, to the first process", async ({ host }) => {
      await host.switchTo(all);
      await host.stowage(["start", "other"]);
      const before = await leader(host, "other");
      // To systemd it means: write what you know into the log.
      await host.stowage(["kill", "other", "--signal", "USR2"]);
      await eventually(async () =>
        expect(await host.inside("other", ["journalctl", "--no-pager", "_PID=1"])).toMatch(/Units? |Jobs|-> Unit/),
      );
      expect(await leader(host, "other")).toBe(before);
      await host.stowage(["kill", "other", "--signal", "RTMIN+4"]);
      await host.waitForUnit("container@other.service", "inactive");
      const down = await host.tryStowage(["kill", "other", "--signal", "HUP"]);
      expect([down.code, down.stderr]).toEqual([4, expect.stringContaining("is not running")]);
      const bad = await host.tryStowage(["kill", "other", "--signal", "NOPE"]);
      expect([bad.code, bad.stderr]).toEqual([64, expect.stringContaining("expected a signal")]);
    });

    scenario("--timeout: a shutdown that takes longer is cut short; a start is left to go on", async ({ host }) => {
      await host.switchTo(all);
      await host.stowage(["start", "slow"]);
      const stopped = await answer(host, "stop", "slow", "--timeout", "2");
      expect(stopped.stderr).toContain("slow: not shut down within 2 s: killed slow\n");
      expect(stopped).toMatchObject({ code: 0, of: { slow: { result: "done", state: "down", killed: true } } });
      await host.stowage(["start", "slow"]);
      const before = await leader(host, "slow");
      const again = await answer(host, "restart", "slow", "-t", "1.5");
      expect(again).toMatchObject({ code: 0, of: { slow: { result: "done", state: "up", killed: true } } });
      expect(await leader(host, "slow")).not.toBe(before);
      await host.stowage(["kill", "slow"]);

      const started = await answer(host, "start", "slow", "--timeout", "0.1");
      expect(started.stderr).toMatch(/slow: not ready within 0\.1 s; systemd goes on with it/);
      expect(started).toMatchObject({ code: 4, of: { slow: { result: "under-way", failure: null } } });
      await host.waitForUnit("container@slow.service");
      await host.stowage(["kill", "slow"]);
    });

    scenario("T27: stopped while it boots, it ends cleanly, and starts again", async ({ host }) => {
      await host.switchTo(all);
      for (const verb of ["stop", "restart"]) {
        await host.must(["systemctl", "start", "--no-block", unit]);
        await eventually(async () =>
          expect(await host.must(["journalctl", "--unit", unit, "--since=-1min"])).toContain("systemd"),
        );
        await eventually(async () => expect(await host.property(unit, "SubState")).not.toBe("dead"));
        const began = Date.now();
        const { code, of } = await answer(host, verb, "web");
        expect([code, of.web?.killed]).toEqual([0, false]);
        // Far from the minute after which systemd kills.
        expect(Date.now() - began).toBeLessThan(40_000);
        expect(await host.property(unit, "Result")).toBe("success");
        if (verb === "stop") await host.stowage(["start", "web"]);
        expect((await httpGet(host, "http://10.233.1.2/")).status).toBe(200);
        await host.stowage(["stop", "web"]);
      }
    });

    scenario("T28: without systemd-machined it shuts down cleanly all the same, and starts again", async ({ host }) => {
      await host.switchTo(all);
      await host.stowage(["start", "web"]);
      // Masked, so that nobody who asks for it starts it.
      await host.must(["systemctl", "mask", "--runtime", "--now", "systemd-machined.service"]);
      try {
        expect(await answer(host, "stop", "web")).toMatchObject({
          code: 0,
          of: { web: { state: "down", killed: false } },
        });
        expect(await host.property(unit, "Result")).toBe("success");
      } finally {
        await host.must(["systemctl", "unmask", "--runtime", "systemd-machined.service"]);
      }
      await host.stowage(["start", "web"]);
      expect((await httpGet(host, "http://10.233.1.2/")).status).toBe(200);
    });

    scenario("while another changes the machine: said, and not waited for", async ({ host }) => {
      await host.switchTo(all);
      const lock = "/run/stowage/lock";
      const hold = `exec 9>>${lock}; echo $$ switch $(date +%s)000 >${lock}; exec sleep 600`;
      await host.must(["systemd-run", "--quiet", "--unit=holder", "sh", "-c", hold.replaceAll("$", "$$$$")]);
      await eventually(async () => expect(await host.get(lock)).toMatch(/^\d+ switch/));
      const { code, stderr } = await host.tryStowage(["start", "other"]);
      await host.must(["systemctl", "stop", "holder"]);
      await host.sh(`: >${lock}`);
      expect([code, await state(host, "other")]).toEqual([0, "active"]);
      expect(stderr).toMatch(/note: process \d+ \(switch\) is changing this machine, since .*: it may start or stop/);
    });
  },
  { on: "trixie" },
);

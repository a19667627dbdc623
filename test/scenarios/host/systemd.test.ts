/** Jobs and states of a real systemd over its own socket: whatever becomes of a job, it is told exactly, and never waited for in vain. */
import { build } from "esbuild";
import { expect } from "vitest";
import type { JobState } from "../../../src/host/systemd.ts";
import { type Machine, scenario } from "../harness.ts";

const service = (lines: string, unit = "") => `[Unit]\n${unit}\n[Service]\n${lines}\n`;
const script = (text: string) => `ExecStart=/bin/sh -c '${text}'`;

const units: Readonly<Record<string, string>> = {
  "ok.service": service("Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true"),
  "once.service": service("Type=oneshot\nExecStart=/bin/true"),
  "fails.service": service(`Type=oneshot\n${script("exit 3")}`),
  "pre.service": service(`ExecStartPre=-/bin/sh -c 'exit 5'\nExecStartPre=/bin/sh -c 'exit 7'\n${script("sleep 60")}`),
  "slow-fails.service": service(`Type=notify\nTimeoutStartSec=300ms\n${script("sleep 60")}`),
  "needs-failed.service": service("Type=oneshot\nExecStart=/bin/true", "Requires=fails.service\nAfter=fails.service"),
  "skipped.service": service("Type=oneshot\nExecStart=/bin/true", "ConditionPathExists=/nowhere"),
  "asserted.service": service("Type=oneshot\nExecStart=/bin/true", "AssertPathExists=/nowhere"),
  "esc\\x2dape@.service": service("Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true"),
  "many@.service": service("Type=oneshot\nExecStart=/bin/true"),
  "long.service": service(`Type=notify\n${script("sleep 300")}`),
  "ready-soon.service": service(
    `Type=notify\nNotifyAccess=all\n${script('sleep 1; systemd-notify --status="half way"; sleep 1; systemd-notify --ready; sleep 300')}`,
  ),
  "later.service": service("Type=oneshot\nExecStart=/bin/true", "After=ready-soon.service"),
};

async function played(host: Machine) {
  const entry = new URL("systemd-program.ts", import.meta.url).pathname;
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
    logLevel: "silent",
  });
  for (const [name, text] of Object.entries(units)) await host.put(`/run/systemd/system/${name}`, text);
  await host.sh("ln -s /dev/null /run/systemd/system/masked.service; systemctl daemon-reload");
  await host.put("/tmp/program.mjs", outputFiles[0]?.contents ?? "");
  return JSON.parse(await host.must(["node", "/tmp/program.mjs"], { timeout: 200_000 }));
}

scenario("jobs end as systemd says, and their units are as systemctl shows them", async ({ host }) => {
  const said = await played(host);

  expect(said.socket).toEqual({
    "ok.service": "done",
    "once.service": "done",
    "fails.service": "fails.service: start failed: its job failed (exit-code)",
    "pre.service": "pre.service: start failed: its job failed (exit-code)",
    "slow-fails.service": expect.stringMatching(
      /^slow-fails\.service: start failed: its job (failed \(timeout\)|was not done in time)$/,
    ),
    "needs-failed.service": "needs-failed.service: start failed: a unit that it needs did not start",
    "masked.service": "masked.service: start failed: Unit masked.service is masked",
    "nope.service": "nope.service: start failed: Unit nope.service not found",
    "skipped.service": "done",
    "asserted.service": "asserted.service: start failed: an assertion of it does not hold",
    "esc\\x2dape@a-b\\x2dc:d.service": "done",
    "not a name": expect.stringContaining("not a name: start failed: "),
    reload: expect.stringContaining("ok.service: reload failed: "),
    restart: "done",
    stop: "done",
    stopNone: "nope.service: stop failed: Unit nope.service not loaded",
  });
  const wentWell = (results: Record<string, string>) => Object.entries(results).filter(([, one]) => one === "done");
  // systemctl makes a name of what is none.
  expect(wentWell(said.programs)).toEqual(wentWell(said.socket));

  expect(said.canceled).toBe("long.service: start failed: its job was canceled, by another job or by hand");
  expect(said.many.results).toEqual(["done"]);
  expect([said.reload, said.ourReload, said.reexec, said.withoutBus]).toEqual(["done", "done", "done", "done"]);

  const [bySocket, bySystemctl] = said.states.shown;
  expect(bySocket).toEqual(bySystemctl);
  expect(bySocket.find(({ unit }: { unit: string }) => unit === "pre.service")).toMatchObject({
    active: "failed",
    exitStatus: 7,
  });
  expect(said.states.activities[0]).toEqual(said.states.activities[1]);
  expect(said.states.readAt[0]).toBeGreaterThan(0);
  expect(said.states.readAt[0]).toBe(said.states.readAt[1]);

  expect(said.withoutSocket.told).toEqual([expect.stringContaining("ENOENT")]);
  // systemctl of 252 asks the bus then; that of 257 knows no other way than this socket either, and says so.
  expect(said.withoutSocket.result).toMatch(host.suite === "bookworm" ? /^done$/ : /^ok\.service: restart failed: /);
  for (const scope of said.scopes) {
    expect(scope).toEqual({ before: expect.any(String), description: "A test of ours", isIn: true });
    expect(scope.before).toContain("systemd did not make not a scope");
  }
  expectProgress(said.progress);
});

function expectProgress(told: readonly JobState[]): void {
  const of = (name: string) => told.filter(({ unit }) => unit === name);
  const soon = of("ready-soon.service");
  expect(soon.map(({ active }) => active)).toContain("activating");
  expect(soon.some(({ active, status }) => active === "activating" && status === "half way")).toBe(true);
  expect(of("later.service")[0]).toMatchObject({ active: "inactive", waitsFor: ["ready-soon.service"] });
  expect(of("later.service").at(-1)?.waitsFor).toEqual([]);
  // Nothing is told twice.
  for (const name of ["ready-soon.service", "later.service"]) {
    const texts = of(name).map((state) => JSON.stringify(state));
    expect(texts.every((text, index) => text !== texts[index - 1])).toBe(true);
  }
}

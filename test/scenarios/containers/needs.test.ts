/** dependsOn: containers that need others, at a start, a stop, a switch and at boot. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, type Scene, scenario } from "../harness.ts";

const unit = (name: string): string => `container@${name}.service`;
const ready = (version: string) =>
  `config: { packages: [], systemd: { services: { late: { wantedBy: ["multi-user.target"], before: ["multi-user.target"], serviceConfig: { Type: "oneshot", RemainAfterExit: true }, script: "sleep 1 # ${version}" } } } },`;

/** `front` needs `web`, and that `db`, which is ready one second after its start. */
const three = (options = "", version = "1"): string =>
  hostWith({
    front: `\n      autoStart: true, dependsOn: ["web"],\n      config: {},`,
    web: `\n      dependsOn: ["db"],\n      config: {},`,
    db: `\n      ${options}\n      ${ready(version)}`,
  });

const times = async (host: Machine, name: string, property: string): Promise<number> =>
  Number(await host.property(unit(name), `${property}TimestampMonotonic`));

/** Each began to start only when the one that it needs was ready. */
async function expectInOrder(host: Machine): Promise<void> {
  for (const [one, needed] of [
    ["web", "db"],
    ["front", "web"],
  ] as const)
    expect(await times(host, one, "InactiveExit")).toBeGreaterThanOrEqual(await times(host, needed, "ActiveEnter"));
}

const states = async (host: Machine): Promise<string[]> =>
  (await host.run(["systemctl", "is-active", ...["db", "web", "front"].map(unit)])).stdout.trim().split("\n");

scenario("those that are needed start first, and what needs them stops with them", inTurn, {
  on: "bookworm",
  timeout: 300_000,
});

async function inTurn({ host }: Scene): Promise<void> {
  const plan = await host.switchTo(three());
  expect(plan).toMatch(/start +container@db\.service +\(web needs it\)/);
  expect(await states(host)).toEqual(["active", "active", "active"]);
  await expectInOrder(host);

  await host.stowage(["stop", "db"]);
  expect(await states(host)).toEqual(["inactive", "inactive", "inactive"]);
  await host.stowage(["start", "front"]);
  expect(await states(host)).toEqual(["active", "active", "active"]);
  await expectInOrder(host);

  // What is declared inside of db changes in place: nobody else is touched.
  const invocations = () =>
    Promise.all(["db", "web", "front"].map((name) => host.property(unit(name), "InvocationID")));
  const before = await invocations();
  await host.switchTo(three("", "2"));
  expect(await invocations()).toEqual(before);

  // A restart of db takes the others along, in turn, and all are back.
  await host.switchTo(three('timeoutStartSec: "2min",', "2"));
  expect(await states(host)).toEqual(["active", "active", "active"]);
  await expectInOrder(host);
  const after = await invocations();
  expect(after.filter((invocation) => before.includes(invocation))).toEqual([]);

  // At boot systemd does it, without us.
  await host.must(["systemctl", "stop", "machines.target", unit("db")]);
  await host.must(["systemctl", "start", "machines.target"]);
  await host.waitForUnit(unit("front"), "active", 30_000);
  await expectInOrder(host);

  // The one that needs it does not start where it cannot.
  await host.stowage(["stop", "db"]);
  await host.sh("mkdir -p /etc/systemd/system/container@db.service.d");
  await host.put("/etc/systemd/system/container@db.service.d/broken.conf", "[Service]\nExecStartPre=/bin/false\n");
  await host.must(["systemctl", "daemon-reload"]);
  const refused = await host.tryStowage(["start", "front"]);
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain("container@db.service");
  expect((await states(host)).slice(1)).toEqual(["inactive", "inactive"]);
}

/**
 * T50, T66–T72, T75–T79, T81–T83, T85, T87, T91, T95, T97, T100, T101, T105, T106 in one container that is never restarted: one switch after
 * the other, and for each unit whether it is the same process as before.
 */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, scenario } from "../harness.ts";

const wanted = 'wantedBy: ["multi-user.target"]';
const sleeping = (version: number, more = "") =>
  `{ ${wanted}, environment: { VERSION: "${version}" }, serviceConfig: { ExecStart: "/usr/bin/sleep infinity" }${more} }`;
const reloading = (file: string) => `reload: "echo reloaded >>/var/tmp/${file}"`;

/** Services that stand in each version, each with what its number changes. */
const services = (n: number): Readonly<Record<string, string>> => ({
  steady: sleeping(0),
  described: sleeping(0, `, description: "version ${n}"`),
  installed: sleeping(0).replace(wanted, `wantedBy: ["multi-user.target"${n > 1 ? ', "graphical.target"' : ""}]`),
  changed: sleeping(n),
  restarted: sleeping(n, ", stopIfChanged: false"),
  reloaded: sleeping(n, `, reloadIfChanged: true, ${reloading("reloaded")}`),
  triggered: sleeping(n > 2 ? 3 : 0, `, reloadTriggers: ["${n}"], ${reloading("triggered")}`),
  never: sleeping(n, ", restartIfChanged: false"),
  db: sleeping(n),
  // Wants no more than a reload, and stops with db.
  reader: sleeping(
    0,
    `, requires: ["db.service"], after: ["db.service"], reloadTriggers: ["${n}"], ${reloading("reader")}`,
  ),
  // Started by db alone.
  helper: sleeping(
    0,
    ', requires: ["db.service"], after: ["db.service"], unitConfig: { RefuseManualStart: true }',
  ).replace(wanted, 'wantedBy: ["db.service"]'),
  "copy@": sleeping(n).replace(wanted, "wantedBy: []"),
  "a\\\\x2db": sleeping(n),
  "-": sleeping(n, `, reloadIfChanged: ${n === 2}, ${reloading("dash")}`),
  // Dependants of a target go on when it differs; parts of one that is bounced do not.
  member: sleeping(0).replace("multi-user.target", "group.target"),
  part: sleeping(0, ', partOf: ["bounced.target"]').replace("multi-user.target", "bounced.target"),
  dbus: `{ environment: { VERSION: "${n}" } }`,
  answer: `{ script: "read -r line <&3; exec sleep infinity", reloadTriggers: ["${n}"], ${reloading("answer")} }`,
});

const kinds = (n: number) => `
          targets: {
            group: { ${wanted}, after: ["steady.service"${n > 1 ? ', "db.service"' : ""}] },
            bounced: { ${wanted}, unitConfig: { "X-StopOnReconfiguration": true } },
          },
          sockets: { answer: { wantedBy: ["sockets.target"], socketConfig: { ListenFIFO: "/run/answer" } }, ${
            n > 1 ? 'late: { wantedBy: ["sockets.target"], listenStreams: ["/run/late.sock"] },' : ""
          } },
          timers: { ${n === 2 ? "" : 'tick: { wantedBy: ["timers.target"], timerConfig: { OnCalendar: "2100-01-01" } },'} },`;

function host(n: number, more: Readonly<Record<string, string>> = {}): string {
  const own = { tick: '{ serviceConfig: { ExecStart: "/usr/bin/true" } }', ...services(n), ...more };
  const late = n > 1 ? { late: '{ serviceConfig: { ExecStart: "/usr/bin/sleep infinity" } }' } : {};
  const lines = Object.entries({ ...own, ...late }).map(([name, body]) => `            "${name}": ${body},`);
  return hostWith({
    web: `
      autoStart: true,
      privateNetwork: true,
      config: { systemd: {
          services: {
${lines.join("\n")}
          },${kinds(n)}
      } },`,
  });
}

const inside = async (machine: Machine, script: string): Promise<string> =>
  (await machine.inside("web", ["sh", "-c", script])).trim();

/** By unit: `<state> <invocation> <main process>`. */
async function processes(machine: Machine): Promise<Record<string, string>> {
  const show = "systemctl show --property=Id,ActiveState,MainPID,InvocationID";
  const units = Object.keys(services(1)).map((name) => (name === "copy@" ? "copy@1" : name).replaceAll("\\\\", "\\"));
  const others = ["answer.socket", "late.service", "late.socket", "tick.timer", "group.target", "srv-made.mount"];
  const all = [...units.map((name) => `'${name}.service'`), "copy@2.service", ...others];
  const text = await inside(machine, `${show} -- ${all.join(" ")}`);
  const shown = text.split("\n\n").map((block) => {
    const value = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(block)?.[1] ?? "";
    return [value("Id"), `${value("ActiveState")} ${value("InvocationID")} ${value("MainPID")}`] as const;
  });
  return Object.fromEntries([
    ...shown,
    ["container", await machine.property("container@web.service", "InvocationID")],
    ["foreign", await machine.property("dbus.service", "InvocationID")],
  ]);
}

/** Names of those that are no longer the same, but up. */
const anew = (before: Record<string, string>, after: Record<string, string>): string[] =>
  Object.keys(after)
    .filter((unit) => after[unit] !== before[unit] && after[unit]?.startsWith("active"))
    .sort();

const lines = (machine: Machine, file: string) => inside(machine, `cat /var/tmp/${file} 2>/dev/null | wc -l`);

scenario(
  "one switch after the other: each unit as much as it takes, and no more",
  async ({ host: machine }) => {
    await machine.switchTo(host(1));
    // Units that are nobody's of ours: instances, a mount that a generator makes.
    await inside(machine, "systemctl start copy@1 copy@2 && echo 'tmpfs /srv/made tmpfs noauto 0 0' >>/etc/fstab");
    await inside(machine, "systemctl daemon-reload && systemctl start srv-made.mount && echo kept >/srv/made/file");
    await inside(machine, "echo x >/run/answer");
    const first = await processes(machine);
    expect(
      Object.entries(first)
        .filter(([, state]) => !/^active|^[0-9a-f]{32}$/.test(state))
        .map(([unit]) => unit),
    ).toEqual(["late.service", "late.socket"]);

    // The same twice: nothing is said. Then without an environment.
    expect(await machine.tryStowage(["switch"])).toEqual({ code: 0, stdout: "", stderr: "" });
    await machine.configure(host(2));
    const plan = (await machine.tryStowage(["plan"])).stdout;
    expect(plan).toMatch(/restart +copy@\.service {2}\(/);
    expect(plan).toMatch(/keep +never\.service {2}\(Environment changed; restartIfChanged is false\)/);
    expect(await processes(machine)).toEqual(first);
    await machine.must(["env", "-i", "/usr/local/bin/stowage", "switch"], { timeout: 110_000 });
    const second = await processes(machine);
    expect(anew(first, second)).toEqual(
      [
        "a\\x2db.service",
        "changed.service",
        "copy@1.service",
        "copy@2.service",
        "db.service",
        "helper.service",
        "late.socket",
        "part.service",
        "reader.service",
        "restarted.service",
      ].sort(),
    );
    expect(second["late.service"]).toMatch(/^inactive/);
    expect(second["tick.timer"]).toMatch(/^inactive/);
    expect(await inside(machine, "test -S /run/late.sock; cat /srv/made/file")).toBe("kept");
    expect(
      await Promise.all(["reloaded", "triggered", "dash", "answer", "reader"].map((file) => lines(machine, file))),
    ).toEqual(["1", "1", "1", "1", "0"]);
    expect(await inside(machine, "systemctl show --property=Description --value described")).toBe("version 2");

    // A trigger and more: a restart. Back again: the timer. What ends well and is started again and again is no failure.
    const again = (version: number) =>
      sleeping(version).replace("sleep infinity", 'true", Restart: "always", RestartSec: "1h');
    await machine.switchTo(host(3, { again: again(1) }));
    const third = await processes(machine);
    expect(anew(second, third)).toContain("triggered.service");
    expect(anew(second, third)).toContain("-.service");
    expect(third["tick.timer"]).toMatch(/^active/);
    const substate = () => inside(machine, "systemctl show --property=SubState,InvocationID again");
    const waiting = await substate();
    expect(waiting).toContain("auto-restart");
    await machine.switchTo(host(3, { again: again(2) }));
    expect(await substate()).toContain("auto-restart");
    expect(await substate()).not.toBe(waiting);
    expect(anew(third, await processes(machine))).toEqual(["part.service"]);

    // After a failure it is one.
    const failing = again(1).replace("/usr/bin/true", "/usr/bin/false");
    await machine.configure(host(3, { failing }));
    const failed = await machine.tryStowage(["switch"]);
    expect(failed, failed.stderr).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("inside web: failing.service"),
    });
    await machine.switchTo(host(3));
    expect(await inside(machine, "systemctl --failed --plain --no-legend")).toBe("");
    const last = await processes(machine);
    for (const unit of [
      "container",
      "foreign",
      "steady.service",
      "described.service",
      "installed.service",
      "never.service",
    ])
      expect([unit, last[unit]]).toEqual([unit, first[unit]]);
    for (const unit of ["member.service", "group.target", "dbus.service", "srv-made.mount", "reloaded.service"])
      expect([unit, last[unit]]).toEqual([unit, first[unit]]);
  },
  { timeout: 240_000, on: "trixie" },
);

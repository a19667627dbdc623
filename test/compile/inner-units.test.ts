import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { type Problem, StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";
import { ownershipMark, splitWords } from "../../src/units/index.ts";
import { hostConfig, lock, type ShortContainer, type ShortSystem } from "./config.ts";

function recipe(config: ShortSystem): ToplevelRecipe {
  const places = (path: readonly string[]) => [{ file: path.join(" "), line: 1, column: 1 }];
  const devices = { allowedDevices: [{ node: "/dev/autofs", modifier: "rw" }] };
  const { containers, systems } = compileConfig(
    hostConfig({ web: { ...devices, config } }),
    lock,
    defaultLayout,
    places,
  );
  return systems[containers.web?.system ?? ""] as ToplevelRecipe;
}

/** Lines of a unit file but for our mark; of a file that is not there: null. */
function lines(config: ShortSystem, path: string): string[] | null {
  const text = recipe(config).units[path];
  return text === undefined ? null : text.replace(ownershipMark, "").split("\n").filter(Boolean);
}

function problems(config: ShortSystem): readonly Problem[] {
  try {
    recipe(config);
    return [];
  } catch (error) {
    if (error instanceof StowageError) return error.problems;
    throw error;
  }
}

/** Code and where, from `systemd` on. */
const told = (config: ShortSystem): string[] =>
  problems(config).map(({ code, places = [] }) =>
    [code, ...places.map(({ file }) => file.replace("containers web config systemd ", ""))].join(", "),
  );

describe("units of each kind", () => {
  test("a timer", () => {
    const timers = { app: { wantedBy: ["timers.target"], timerConfig: { OnCalendar: ["daily"], Persistent: true } } };
    expect(lines({ timers }, "app.timer")).toEqual(["[Timer]", "OnCalendar=daily", "Persistent=yes"]);
    expect(recipe({ timers }).unitLinks).toMatchObject({ "timers.target.wants/app.timer": "../app.timer" });
  });

  test("a service's startAt adds to the timer of its name", () => {
    const services = { app: { script: "true", startAt: ["daily"] } };
    expect(lines({ services }, "app.timer")).toEqual([
      "[Unit]",
      "Description=Times of app.service",
      "[Timer]",
      "OnCalendar=daily",
      "Unit=app.service",
    ]);
    const both = { services, timers: { app: { timerConfig: { OnCalendar: "weekly", Persistent: true } } } };
    expect(lines(both, "app.timer")).toEqual([
      "[Timer]",
      "OnCalendar=daily",
      "OnCalendar=weekly",
      "Unit=app.service",
      "Persistent=yes",
    ]);
    expect(recipe(both).unitLinks).toMatchObject({ "timers.target.wants/app.timer": "../app.timer" });
  });

  test("a socket", () => {
    const sockets = {
      app: { listenStreams: ["80"], listenDatagrams: ["%t/app"], socketConfig: { ListenStream: [81], Accept: false } },
    };
    expect(lines({ sockets }, "app.socket")).toEqual([
      "[Socket]",
      "ListenStream=80",
      "ListenStream=81",
      "Accept=no",
      "ListenDatagram=%t/app",
    ]);
  });

  test("a path, a target, a slice", () => {
    expect(lines({ paths: { app: { pathConfig: { PathChanged: ["/a", "/b"] } } } }, "app.path")).toEqual([
      "[Path]",
      "PathChanged=/a",
      "PathChanged=/b",
    ]);
    expect(lines({ targets: { app: { description: "100 %", after: ["a.service"] } } }, "app.target")).toEqual([
      "[Unit]",
      "Description=100 %%",
      "After=a.service",
    ]);
    expect(lines({ slices: { app: { sliceConfig: { MemoryMax: "1G" } } } }, "app.slice.d/declared.conf")).toEqual([
      "[Slice]",
      "MemoryMax=1G",
    ]);
  });

  test("mounts and automounts are named after their place", () => {
    const mounts = [
      { where: "/srv/a b", what: "tmpfs", type: "tmpfs", options: "size=50%", mountConfig: { LazyUnmount: true } },
    ];
    expect(lines({ mounts }, "srv-a\\x20b.mount")).toEqual([
      "[Mount]",
      "What=tmpfs",
      "Where=/srv/a b",
      "Type=tmpfs",
      "Options=size=50%%",
      "LazyUnmount=yes",
    ]);
    const automounts = [{ where: "/srv/x", wantedBy: ["multi-user.target"], automountConfig: { TimeoutIdleSec: 60 } }];
    expect(lines({ automounts }, "srv-x.automount")).toEqual(["[Automount]", "Where=/srv/x", "TimeoutIdleSec=60"]);
  });
});

describe("ours whole, or added to a package's", () => {
  test.each<[string, ShortSystem, string, boolean]>([
    ["a timer without a time", { timers: { a: { timerConfig: { Persistent: true } } } }, "a.timer", false],
    ["a socket without an address", { sockets: { a: { socketConfig: { Backlog: 1 } } } }, "a.socket", false],
    ["a path without a path", { paths: { a: { pathConfig: { MakeDirectory: true } } } }, "a.path", false],
    ["a mount of nothing", { mounts: [{ where: "/tmp", options: "size=1G" }] }, "tmp.mount", false],
    ["a target of systemd's own", { targets: { "multi-user": { wants: ["a.service"] } } }, "multi-user.target", false],
    ["another target", { targets: { a: {} } }, "a.target", true],
    [
      "told to",
      { timers: { a: { overrideStrategy: "asDropin", timerConfig: { OnCalendar: ["", "daily"] } } } },
      "a.timer",
      false,
    ],
    [
      "a service that is told to",
      { services: { a: { overrideStrategy: "asDropin", serviceConfig: { ExecStart: ["", "/bin/a"] } } } },
      "a.service",
      false,
    ],
  ])("%s", (_, config, unit, isWhole) => {
    const made = Object.keys(recipe(config).units).filter((path) => path.startsWith(unit));
    expect(made).toEqual([isWhole ? unit : `${unit}.d/declared.conf`]);
  });

  test("naming a packaged one is a link alone; enable = false is a mask", () => {
    const { units, unitLinks } = recipe({
      sockets: { ssh: { wantedBy: ["sockets.target"] } },
      timers: { "apt-daily": { enable: false, timerConfig: { OnCalendar: "daily" } } },
    });
    expect(Object.keys(units).filter((path) => !path.startsWith("declared-hosts"))).toEqual([]);
    expect(unitLinks).toMatchObject({
      "sockets.target.wants/ssh.socket": "/usr/lib/systemd/system/ssh.socket",
      "apt-daily.timer": "/dev/null",
    });
  });
});

test("what all kinds have in [Unit]", () => {
  const sockets = {
    a: {
      listenStreams: ["1"],
      upholds: ["b.service"],
      onSuccess: ["c.service"],
      startLimitBurst: 3,
      startLimitIntervalSec: "1min",
      unitConfig: { ConditionPathExists: ["/a", "!/b"], RefuseManualStop: true, JobTimeoutSec: 1.5 },
      restartTriggers: ["x"],
    },
  };
  const unit = lines({ sockets }, "a.socket")?.slice(0, -2);
  expect(unit?.slice(0, -1)).toEqual([
    "[Unit]",
    "Upholds=b.service",
    "OnSuccess=c.service",
    "StartLimitBurst=3",
    "StartLimitIntervalSec=1min",
    "ConditionPathExists=/a",
    "ConditionPathExists=!/b",
    "RefuseManualStop=yes",
    "JobTimeoutSec=1.5",
  ]);
  expect(unit?.at(-1)).toMatch(/^X-Restart-Triggers=[0-9a-f]{32}$/);
  const other = { sockets: { a: { ...sockets.a, restartTriggers: ["y"] } } };
  expect(lines(other, "a.socket")).not.toContain(unit?.at(-1));
});

test("automounts are for containers that are trusted and have the device", () => {
  const automounts = [{ where: "/srv/a", enable: false }, { where: "/srv/x" }];
  const codes = (more: ShortContainer) => {
    try {
      compileConfig(hostConfig({ web: { ...more, config: { automounts } } }), lock, defaultLayout);
      return [];
    } catch (error) {
      return error instanceof StowageError ? error.problems.map(({ code }) => code) : [error];
    }
  };
  expect(codes({ privateNetwork: true })).toEqual(["automount-without-trust"]);
  expect(codes({})).toEqual(["automount-without-device"]);
  expect(codes({ allowedDevices: [{ node: "/dev/autofs", modifier: "rw" }] })).toEqual([]);
});

test("what cannot be a unit", () => {
  expect(told({ timers: { "a.timer": {}, "a b": {} } })).toEqual([
    "bad-unit-name, timers a.timer",
    "bad-unit-name, timers a b",
  ]);
  expect(told({ services: { "a.service": {} } })).toEqual(["bad-service-name, services a.service"]);
  for (const where of ["/", "/a/", "/a//b", "/a/../b", "/./a", "/a\nb", `/${"x".repeat(255)}`]) {
    expect(told({ mounts: [{ where, what: "tmpfs" }] })).toEqual(["bad-path, mounts 0 where"]);
  }
  expect(told({ automounts: [{ where: "/a" }, { where: "/a" }] })).toEqual(["two-units, automounts 0, automounts 1"]);
  expect(told({ sockets: { a: { socketConfig: { "No Key": "x" } } } })).toEqual(["bad-unit-key, sockets a"]);
  expect(told({ mounts: [{ where: "/a", what: "b\nOptions=x" }] })).toEqual(["unfit-text, mounts 0"]);
});

test("no unit and no alias takes the place of another", () => {
  const [a, b] = [{ script: "a" }, { script: "b" }];
  expect(told({ services: { a: { ...a, aliases: ["b.service"] }, b } })).toEqual([
    "two-units, services b, services a aliases",
  ]);
  const timerConfig = { OnCalendar: "daily" };
  expect(
    told({
      services: { a: { ...a, aliases: ["c.service", "c.service"] } },
      timers: { b: { timerConfig, aliases: ["c.timer"] }, d: { timerConfig, aliases: ["c.timer"] } },
    }),
  ).toEqual(["two-units, timers b aliases, timers d aliases"]);
  expect(told({ services: { a: { ...a, aliases: ["a.service"] } } })).toEqual([
    "two-units, services a, services a aliases",
  ]);
});

test("no script takes the place of another one's", () => {
  const services = {
    app: { script: "1", preStart: "2", postStart: "3" },
    "app-pre": { script: "4" },
    "app-post": { script: "5" },
  };
  expect(Object.values(recipe({ services }).bin).map((text) => text.split("\n")[1])).toEqual(
    expect.arrayContaining(["1", "2", "3", "4", "5"]),
  );
  expect(lines({ services }, "app-pre.service")).toContain("ExecStart=/run/declared/current/bin/app-pre+start");
});

describe("systemd.tmpfiles", () => {
  const rules = ["d /srv/inbox 0750 app app -", 'f+ "/srv/a b" - - - - text', "L+ %t/x - - - - /y"];

  test("is a file of /etc/tmpfiles.d and a unit that a switch runs where it differs", () => {
    const { etc, unitLinks } = recipe({ tmpfiles: { rules } });
    expect(etc["tmpfiles.d/00-stowage.conf"]?.text).toBe(`${rules.join("\n")}\n`);
    const unit = lines({ tmpfiles: { rules } }, "declared-tmpfiles.service");
    expect(unit).toContain("X-RunIfChanged=yes");
    expect(unit?.at(-1)).toBe(
      "ExecStart=/usr/bin/systemd-tmpfiles --create --remove --exclude-prefix=/dev /etc/tmpfiles.d/00-stowage.conf",
    );
    // Nothing starts it: at boot systemd reads the file itself.
    expect(JSON.stringify(unitLinks)).not.toContain("tmpfiles");
    expect(lines({ tmpfiles: { rules: [] } }, "declared-tmpfiles.service")).toBeNull();
    expect(lines({ tmpfiles: { rules: rules.slice(1) } }, "declared-tmpfiles.service")).not.toEqual(unit);
  });

  test("settings", () => {
    const entry = { mode: "-", user: "-", group: "-", age: "-", argument: "" };
    const settings = {
      "10-app": { "/srv/a b": { f: { ...entry, argument: "a\nb\\" }, d: { ...entry, user: "app" } } },
    };
    expect(recipe({ tmpfiles: { settings } }).etc["tmpfiles.d/10-app.conf"]?.text).toBe(
      'd "/srv/a b" - app - -\nf "/srv/a b" - - - - a\\nb\\\\\n',
    );
  });

  test("any path is one word of its line", () => {
    const path = fc.string({ unit: "grapheme" }).filter((text) => !/[\p{Cc}\p{Surrogate}]/u.test(text));
    fc.assert(
      fc.property(path, (name) => {
        const entry = { mode: "0755", user: "-", group: "-", age: "-", argument: "" };
        const { etc } = recipe({ tmpfiles: { settings: { x: { [`/${name}`]: { d: entry } } } } });
        const [type, word, ...rest] = splitWords(etc["tmpfiles.d/x.conf"]?.text ?? "");
        expect([type, word, ...rest]).toEqual(["d", `/${name}`, "0755", "-", "-", "-"]);
      }),
      { numRuns: 100 },
    );
  });

  test.each(["", "# comment", "d", "d relative", "dd /x", "d /x\nf /etc/shadow", "2 /x"])("%j is refused", (rule) => {
    expect(problems({ tmpfiles: { rules: [rule] } })).toHaveLength(1);
  });
  test.each(["../x", "a/b", ""])("the name %j is refused", (name) => {
    expect(told({ tmpfiles: { settings: { [name]: {} } } })).toEqual(["bad-tmpfiles-name, tmpfiles"]);
  });
});

/** The program `take-over`, with a systemctl that keeps states in files. What systemd itself does: test/scenarios. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { takeOverProgram } from "../../src/systems/take-over.ts";

const run = "a".repeat(32);

/** States stand in `units/<name>`; `broken/<name>`: it cannot start; `limited/<name>`: it was started too often; `needs/<name>`: what stops with it. */
const systemctl = String.raw`#!/bin/sh
verb=$1; shift
echo "$verb $*" | sed 's/--[^ ]* *//g; s/ *$//' >>"$FAKE/calls"
names=; quiet= named=
for arg; do case $named$arg in --quiet) quiet=1 ;; --) named=yes ;; -*) ;; *) names="$names $arg" ;; esac; done
state() { cat "$FAKE/units/$1" 2>/dev/null || echo inactive; }
status=0
case $verb in
  is-active)
    status=3
    for unit in $names; do
      [ -n "$quiet" ] || state "$unit"
      [ "$(state "$unit")" != active ] || status=0
    done ;;
  show)
    case "$*" in
      *RequiredBy*) for unit in $names; do cat "$FAKE/needs/$unit" 2>/dev/null; echo; done ;;
      *RefuseManualStart*) for unit in $names; do
        [ -e "$FAKE/refusing/$unit" ] && echo RefuseManualStart=yes || echo RefuseManualStart=no; echo
      done ;;
      *) for unit in $names; do
        result=success sub=x active=$(state "$unit")
        [ "$active" != failed ] || result=exit-code
        [ "$active" != ending ] || active=activating sub=auto-restart
        [ "$active" != failing ] || active=activating sub=auto-restart result=exit-code
        printf 'LoadState=loaded\nActiveState=%s\nSubState=%s\nResult=%s\nReloadResult=success\n\n' "$active" "$sub" "$result"
      done ;;
    esac ;;
  start | restart)
    for unit in $names; do
      if [ -e "$FAKE/becomes/$unit" ]; then cat "$FAKE/becomes/$unit" >"$FAKE/units/$unit"
      elif [ -e "$FAKE/refusing/$unit" ] && [ "$verb" = start ]; then status=1
      elif [ -e "$FAKE/broken/$unit" ] || [ -e "$FAKE/limited/$unit" ]; then echo failed >"$FAKE/units/$unit"; status=1
      else echo active >"$FAKE/units/$unit"; fi
    done ;;
  stop)
    for unit in $names; do
      for other in $unit $(cat "$FAKE/needs/$unit" 2>/dev/null); do echo inactive >"$FAKE/units/$other"; done
    done ;;
  reset-failed) for unit in $names; do rm -f "$FAKE/limited/$unit"; done ;;
  list-units) for unit in app@1.service app@2.service; do [ ! -e "$FAKE/units/$unit" ] || echo "$unit loaded"; done ;;
esac
exit $status
`;

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-take-over-"));
  for (const part of ["bin", "units", "broken", "limited", "needs", "becomes", "refusing", "declared", "root"])
    mkdirSync(join(place, part));
  script("bin/systemctl", systemctl);
  script("bin/journalctl", "#!/bin/sh\necho its last words\n");
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function script(path: string, text: string): void {
  writeFileSync(join(place, path), text);
  chmodSync(join(place, path), 0o755);
}

const units = (states: Readonly<Record<string, string>>) => {
  for (const [unit, state] of Object.entries(states)) writeFileSync(join(place, "units", unit), `${state}\n`);
};
const stateOf = (unit: string): string =>
  existsSync(join(place, "units", unit)) ? readFileSync(join(place, "units", unit), "utf8").trim() : "inactive";
const read = (path: string): string => (existsSync(join(place, path)) ? readFileSync(join(place, path), "utf8") : "");
const order = (...lines: string[]) =>
  writeFileSync(join(place, "declared", `order-${run}`), `${["from x", ...lines].join("\n")}\n`);

/** Runs the program of a toplevel of this name. @returns its status, what it said, and the jobs that it asked for */
function takeOver(toplevel: string, ...phase: string[]) {
  mkdirSync(join(place, "declared", toplevel), { recursive: true });
  script(`declared/${toplevel}/take-over`, takeOverProgram);
  const refuses = `[ "$1" != check ] || { [ ! -e "$FAKE/refuses" ]; exit $((3 * $?)); }`;
  script(`declared/${toplevel}/activate`, `#!/bin/sh\n${refuses}\necho "activate ${toplevel}" >>"$FAKE/calls"\n`);
  writeFileSync(join(place, "calls"), "");
  const { status, stderr } = spawnSync(join(place, "declared", toplevel, "take-over"), [run, ...phase], {
    encoding: "utf8",
    env: {
      PATH: `${place}/bin:${process.env.PATH}`,
      FAKE: place,
      STOWAGE_DECLARED: `${place}/declared`,
      STOWAGE_STATE: `${place}/state`,
      STOWAGE_ROOT: `${place}/root`,
    },
  });
  const jobs = read("calls")
    .split("\n")
    .filter((call) => /^(activate|daemon-reload|start|stop|restart|reload) ?/.test(call));
  return { status, stderr, jobs };
}

test("what goes and what is exchanged stops first; then files, units, jobs; only what ran", () => {
  units({ "old.service": "active", "app.service": "active", "later.service": "active", "quiet.service": "active" });
  units({ "multi-user.target": "active", "failed.service": "failed" });
  order(
    "stop old.service",
    "stop never.service",
    "exchange app.service",
    "exchange idle.service",
    "exchange failed.service",
    "restart later.service",
    "reload quiet.service",
    "start new.service multi-user.target",
    "start other.service x.target",
    "keep kept.service",
  );
  expect(takeOver("one", "stop").jobs).toEqual(["stop app.service failed.service old.service"]);
  const { status, jobs } = takeOver("one");
  expect(status).toBe(0);
  expect(jobs).toEqual([
    "activate one",
    "daemon-reload",
    "reload quiet.service",
    "restart later.service",
    "start app.service failed.service new.service",
  ]);
  expect(["old", "idle", "other"].map((name) => stateOf(`${name}.service`))).toEqual([
    "inactive",
    "inactive",
    "inactive",
  ]);
  expect([read("state/taken"), read("state/todo"), read("state/up")]).toEqual(["one\n", "", ""]);
});

test("a service that was changed often in a short time is not one that is started too often", () => {
  units({ "app.service": "active", "later.service": "active" });
  for (const unit of ["app.service", "later.service"]) writeFileSync(join(place, "limited", unit), "");
  order("exchange app.service", "restart later.service");
  expect(takeOver("one").status).toBe(0);
  expect([stateOf("app.service"), stateOf("later.service")]).toEqual(["active", "active"]);
});

test("what others need is applied first, a socket is started before its service; what was not applied is tried again", () => {
  units({ "app.service": "active", "app.socket": "active", "later.service": "active", "sockets.target": "active" });
  order(
    "exchange app.service",
    "exchange app.socket",
    "run declared-tmpfiles.service",
    "restart later.service",
    "start new.socket sockets.target",
  );
  expect(takeOver("one").jobs).toEqual([
    "stop app.service app.socket",
    "activate one",
    "daemon-reload",
    "start declared-tmpfiles.service",
    "restart later.service",
    "start app.socket new.socket",
    "start app.service",
  ]);
  writeFileSync(join(place, "broken/declared-tmpfiles.service"), "");
  order("run declared-tmpfiles.service");
  expect(takeOver("two").status).toBe(1);
  expect(read("state/todo")).toBe("run declared-tmpfiles.service\n");
  rmSync(join(place, "broken/declared-tmpfiles.service"));
  expect(takeOver("two")).toMatchObject({ status: 0, jobs: ["activate two", "start declared-tmpfiles.service"] });
});

test("in one go, where nobody stopped anything before", () => {
  units({ "app.service": "active" });
  order("exchange app.service");
  expect(takeOver("one").jobs).toEqual(["stop app.service", "activate one", "daemon-reload", "start app.service"]);
});

test("what stops with a unit, because it needs that, runs again", () => {
  units({ "db.service": "active", "web.service": "active" });
  writeFileSync(join(place, "needs/db.service"), "web.service idle.service\n");
  order("exchange db.service");
  expect(takeOver("one").status).toBe(0);
  expect([stateOf("web.service"), stateOf("idle.service")]).toEqual(["active", "inactive"]);
});

test("what may not be started by name is left to what needs it, and is no failure", () => {
  units({ "db.service": "active", "helper.service": "active" });
  writeFileSync(join(place, "needs/db.service"), "helper.service\n");
  writeFileSync(join(place, "refusing/helper.service"), "");
  order("exchange db.service");
  expect(takeOver("one")).toMatchObject({
    status: 0,
    jobs: ["stop db.service", "activate one", "daemon-reload", "start db.service"],
  });
});

test("one that ends well and is started again is right, one that fails and is started again is not", () => {
  units({ "multi-user.target": "active" });
  order("start ends.service multi-user.target", "start fails.service multi-user.target");
  writeFileSync(join(place, "becomes/ends.service"), "ending\n");
  writeFileSync(join(place, "becomes/fails.service"), "failing\n");
  expect(takeOver("one")).toMatchObject({
    status: 1,
    stderr: "fails.service: start failed; its last lines:\nits last words\n",
  });
  expect(read("state/todo")).toBe("start fails.service\n");
});

test("names with an escape stay what they are", () => {
  const name = "a\\x2db\\x5cn.service";
  units({ [name]: "active", "db.service": "active", "-.service": "active" });
  // As systemctl prints it in a list.
  writeFileSync(join(place, "needs/db.service"), '"a\\\\x2db\\\\x5cn.service"\n');
  order("exchange db.service", "exchange -.service");
  writeFileSync(join(place, "broken", name), "");
  expect(takeOver("one", "stop").jobs).toEqual(["stop -.service db.service"]);
  expect(read("state/up").split("\n")).toContain(name);
  expect(takeOver("one").status).toBe(1);
  expect(read("state/todo")).toBe(`start ${name}\n`);
});

test("other units' failures are not forgotten where none is gone", () => {
  units({ "app.service": "active" });
  order("exchange app.service");
  takeOver("one");
  expect(read("calls").split("\n")).not.toContain("reset-failed");
});

test("what was stopped for an order that never came to its end runs again with the next one", () => {
  units({ "app.service": "active" });
  order("exchange app.service");
  takeOver("one", "stop");
  expect(stateOf("app.service")).toBe("inactive");
  // Back to what it was: nothing differs.
  order();
  expect(takeOver("zero").status).toBe(0);
  expect(stateOf("app.service")).toBe("active");
});

test("a unit that fails is told, and tried again, alone", () => {
  units({ "app.service": "active", "steady.service": "active", "multi-user.target": "active" });
  order("exchange app.service", "start new.service multi-user.target");
  writeFileSync(join(place, "broken/new.service"), "");
  const first = takeOver("one");
  expect(first.status).toBe(1);
  expect(first.stderr).toContain("new.service: start failed; its last lines:\nits last words\n");
  expect(read("state/todo")).toBe("start new.service\n");
  expect(takeOver("one")).toMatchObject({ status: 1, jobs: ["activate one", "start new.service"] });
  rmSync(join(place, "broken/new.service"));
  expect(takeOver("one")).toMatchObject({ status: 0, jobs: ["activate one", "start new.service"] });
  expect(takeOver("one")).toMatchObject({ status: 0, jobs: ["activate one"] });
});

test("what had failed and is no longer declared is not tried again", () => {
  units({ "multi-user.target": "active" });
  order("start new.service multi-user.target");
  writeFileSync(join(place, "broken/new.service"), "");
  takeOver("one");
  order("stop new.service");
  expect(takeOver("two")).toMatchObject({ status: 0, jobs: ["stop new.service", "activate two", "daemon-reload"] });
});

test("all instances of a template", () => {
  units({ "app@1.service": "active", "app@2.service": "inactive" });
  order("exchange app@.service");
  expect(takeOver("one").jobs).toEqual(["stop app@1.service", "activate one", "daemon-reload", "start app@1.service"]);
});

test("what takes a restart is refused, and nothing is touched", () => {
  units({ "app.service": "active" });
  order("refuse its packages changed", "exchange app.service");
  expect(takeOver("one")).toMatchObject({
    status: 3,
    stderr: "this takes a restart of the container: its packages changed\n",
    jobs: [],
  });
});

test("without an order only the files are looked after", () => {
  expect(takeOver("one")).toMatchObject({ status: 0, jobs: ["activate one"] });
});

test("accounts that are refused stop nothing, in neither phase; where there are none nobody asks", () => {
  units({ "app.service": "active" });
  order("exchange app.service");
  writeFileSync(join(place, "refuses"), "");
  mkdirSync(join(place, "declared/new"), { recursive: true });
  writeFileSync(join(place, "declared/new/accounts.list"), "passwd:app:x:500:500:::\n");
  expect(takeOver("new", "stop")).toMatchObject({ status: 3, jobs: [] });
  expect(takeOver("new")).toMatchObject({ status: 3, jobs: [] });
  expect(stateOf("app.service")).toBe("active");
  // Declared before, and not any more: to be taken away.
  rmSync(join(place, "declared/new/accounts.list"));
  mkdirSync(join(place, "root/var/lib/stowage"), { recursive: true });
  writeFileSync(join(place, "root/var/lib/stowage/accounts"), "");
  expect(takeOver("new", "stop")).toMatchObject({ status: 3, jobs: [] });
  rmSync(join(place, "root/var"), { recursive: true });
  expect(takeOver("new", "stop")).toMatchObject({ status: 0, jobs: ["stop app.service"] });
});

describe("switch-to-configuration", () => {
  /** Called in a system, or, with a number, in a further one of it. @returns what systemd is asked to run, too */
  function called(action: string, child = "") {
    const top = "declared/one";
    const own = child === "" ? top : `${top}/fine-tune/${child}`;
    mkdirSync(join(place, own, "bin"), { recursive: true });
    script(`${own}/take-over`, takeOverProgram);
    symlinkSync("../take-over", join(place, own, "bin/switch-to-configuration"));
    script("bin/systemd-run", '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; echo "$@"\n');
    const { status, stdout, stderr } = spawnSync(join(place, own, "bin/switch-to-configuration"), [action], {
      encoding: "utf8",
      env: { PATH: `${place}/bin:${process.env.PATH}`, STOWAGE_DECLARED: "/d", STOWAGE_STATE: `${place}/state` },
    });
    return { status, stdout, stderr };
  }
  const asked = (child: string) => ({ status: 0, stdout: `/d/current/take-over inside ${child}\n`, stderr: "" });

  test("a further system knows its number, the container's own that it has none", () => {
    expect(called("test", "child-2")).toEqual(asked("child-2"));
    rmSync(join(place, "declared"), { recursive: true });
    expect(called("test")).toEqual(asked(""));
  });
  test("what a container starts with is its host's to say", () => {
    for (const action of ["switch", "boot"]) {
      expect(called(action, "child-1")).toMatchObject({
        status: 1,
        stdout: "",
        stderr: expect.stringContaining("host"),
      });
      rmSync(join(place, "declared"), { recursive: true });
    }
    expect(called("boot")).toEqual({ status: 0, stdout: "", stderr: "" });
    rmSync(join(place, "declared"), { recursive: true });
    expect(called("switch")).toEqual(asked(""));
  });
  test("dry-activate tells the jobs, each unit once", () => {
    mkdirSync(join(place, "declared/one/fine-tune"), { recursive: true });
    const lines = ["from x", "stop a.service", "exchange b.service", "exchange c.service", "start c.service m.target"];
    writeFileSync(join(place, "declared/one/fine-tune/child-1.order"), `${[...lines, "keep d.service"].join("\n")}\n`);
    expect(called("dry-activate", "child-1").stdout).toBe(
      "would restart b.service\nwould start c.service\nwould stop a.service\n",
    );
  });
  test.each(["", "reload", "--help"])("any other action, %j, prints how it is called", (action) => {
    expect(called(action)).toMatchObject({
      status: 2,
      stderr: "switch-to-configuration test|switch|boot|dry-activate\n",
    });
  });
});

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apply } from "../../src/apply/apply.ts";
import { readChecked, readCurrent } from "../../src/apply/current.ts";
import { writeHostsBlock } from "../../src/apply/files.ts";
import { readJournal } from "../../src/apply/journal.ts";
import { type Machine, machineEffects } from "../../src/apply/machine.ts";
import type { Progress } from "../../src/apply/report.ts";
import type { ContainerPart, Generation } from "../../src/compile/generation.ts";
import { StowageError } from "../../src/error.ts";
import type { OnJob, Systemd } from "../../src/host/systemd.ts";
import type { Action, Plan, TakeOver } from "../../src/plan/plan.ts";
import { observe } from "../../src/runtimes/nspawn/observe.ts";
import { setCurrentGeneration, writeGeneration } from "../../src/store/generations.ts";
import type { Layout } from "../../src/store/layout.ts";

let dir: string;
let layout: Layout;
let jobs: string[];

beforeEach(() => {
  dir = mkdtempSync(`${tmpdir()}/stowage-test-`);
  layout = {
    state: `${dir}/state`,
    etc: `${dir}/etc`,
    run: `${dir}/run`,
    units: `${dir}/units`,
    cache: `${dir}/cache`,
  };
  mkdirSync(layout.state);
  mkdirSync(layout.units);
  writeFileSync(`${dir}/hosts`, "127.0.0.1 localhost\n");
  jobs = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const systemd: Systemd = new Proxy({} as Systemd, {
  get: (_, verb: string) => async (unit: string) => {
    if (verb === "states") return {};
    jobs.push(`${verb} ${unit ?? ""}`.trim());
  },
});

const generation = (id: string, more: Partial<Generation> = {}): Generation => ({
  format: 1,
  id: id.repeat(32),
  units: {},
  unitLinks: {},
  files: {},
  hosts: [],
  ports: [],
  containers: {},
  systems: {},
  ...more,
});

const planOf = (current: Generation | null, next: Generation, actions: readonly Action[]): Plan => ({
  current,
  next,
  kept: [],
  notices: [],
  blocked: [],
  steps: actions.map((action) => ({ id: Object.values(action).join(" "), action, because: "a test", after: [] })),
});

const machine = (more: Partial<Machine> = {}): Machine => ({
  layout,
  systemd,
  containers: {
    seed: async ({ name }) => void jobs.push(`seed ${name}`),
    declare: async ({ name }) => void jobs.push(`declare ${name}`),
    prepare: async ({ name }, invocation) => void jobs.push(`prepare ${name} ${invocation}`),
    stopOld: async ({ name }, invocation) => void jobs.push(`stop old of ${name} ${invocation}`),
    tookOver: ({ name }) => void jobs.push(`took over ${name}`),
    settled: (name) => void jobs.push(`settled ${name}`),
  },
  hostsFile: `${dir}/hosts`,
  current: null,
  leftBehind: [],
  ...more,
});

const errorsOf = (report: Awaited<ReturnType<typeof apply>>) =>
  report.rows.flatMap((row) => (row.outcome === "failed" ? [`${row.step.id}: ${row.error}`] : []));

const full = () =>
  generation("a", {
    units: { "x.service": { name: "x.service", sections: { Service: { ExecStart: { exec: ["/bin/true"] } } } } },
    unitLinks: { "machines.target.wants/x.service": "../x.service" },
    files: { [`${layout.etc}/network/x.ns`]: { text: "# plain\n", mode: "0640" } },
    hosts: [{ address: "10.0.0.2", names: ["x.containers"] }],
  });

const writeAll = (next: Generation): Action[] => [
  { do: "write-unit", unit: "x.service" },
  { do: "write-unit-link", link: "machines.target.wants/x.service", target: "../x.service" },
  { do: "write-file", path: Object.keys(next.files)[0]! },
  { do: "write-hosts" },
  { do: "record-generation" },
];

describe("a switch and its way back", () => {
  test("everything is written, recorded and durable; the journal is gone", async () => {
    const next = full();
    const report = await apply(planOf(null, next, writeAll(next)), machineEffects(planOf(null, next, []), machine()));
    expect(errorsOf(report)).toEqual([]);
    expect(readFileSync(`${layout.units}/x.service`, "utf8")).toContain("ExecStart=/bin/true");
    expect(readlinkSync(`${layout.units}/machines.target.wants/x.service`)).toBe("../x.service");
    expect(statSync(`${layout.etc}/network/x.ns`).mode & 0o777).toBe(0o640);
    expect(readFileSync(`${dir}/hosts`, "utf8")).toBe(
      "127.0.0.1 localhost\n# begin stowage\n10.0.0.2 x.containers\n# end stowage\n",
    );
    expect(readCurrent(layout)).toEqual({ number: 1, generation: next });
    expect(readJournal(layout)).toBeNull();
    const observed = await observe({ layout, systemd, ours: [next], next, hostsFile: `${dir}/hosts`, booted: false });
    expect(observed.hosts).toBe("10.0.0.2 x.containers\n");
    expect(observed.unitLinks).toEqual({ "machines.target.wants/x.service": "../x.service" });
    expect(observed.files[`${layout.etc}/network/x.ns`]).toEqual({ text: "# plain\n", ours: true });
    expect(observed.units).toEqual({ "x.service": { active: "inactive", sub: "dead" } });
  });

  test("everything is removed, with the directories that were ours; an empty wants directory too", async () => {
    const former = full();
    const first = planOf(null, former, writeAll(former));
    await apply(first, machineEffects(first, machine()));
    const removal = planOf(former, generation("b"), [
      { do: "remove-unit", unit: "x.service" },
      { do: "remove-unit-link", link: "machines.target.wants/x.service" },
      { do: "remove-file", path: `${layout.etc}/network/x.ns` },
      { do: "write-hosts" },
      { do: "record-generation" },
    ]);
    expect(errorsOf(await apply(removal, machineEffects(removal, machine({ current: 1 }))))).toEqual([]);
    expect(readdirSync(layout.units)).toEqual([]);
    expect(readdirSync(layout.etc)).toEqual([]);
    expect(readFileSync(`${dir}/hosts`, "utf8")).toBe("127.0.0.1 localhost\n");
    expect(readCurrent(layout)?.number).toBe(2);
    expect(errorsOf(await apply(removal, machineEffects(removal, machine({ current: 1 }))))).toEqual([]);
  });
});

describe("what is not ours", () => {
  test("is neither written over nor removed, whatever the plan says", async () => {
    const next = full();
    writeFileSync(`${layout.units}/x.service`, "[Service]\n");
    mkdirSync(`${layout.etc}/network`, { recursive: true });
    writeFileSync(`${layout.etc}/network/x.ns`, "mine");
    mkdirSync(`${layout.units}/machines.target.wants`);
    writeFileSync(`${layout.units}/machines.target.wants/x.service`, "a regular file");
    const plan = planOf(null, next, [
      ...writeAll(next).slice(0, 3),
      { do: "remove-unit", unit: "x.service" },
      { do: "remove-unit-link", link: "machines.target.wants/x.service" },
      { do: "remove-file", path: `${layout.etc}/network/x.ns` },
    ]);
    const report = await apply(plan, machineEffects(plan, machine()));
    expect(errorsOf(report)).toHaveLength(6);
    expect(readFileSync(`${layout.units}/x.service`, "utf8")).toBe("[Service]\n");
    expect(readFileSync(`${layout.etc}/network/x.ns`, "utf8")).toBe("mine");
    expect(existsSync(`${layout.units}/machines.target.wants/x.service`)).toBe(true);
  });

  test.each([
    ["the mark", "# Made by stowage. Changes are overwritten; write host.ts instead.\nold\n"],
    ["the first key of JSON", '{ "madeBy": "stowage", "x": 1 }'],
  ])("is told by %s", async (_, text) => {
    const next = full();
    mkdirSync(`${layout.etc}/network`, { recursive: true });
    writeFileSync(`${layout.etc}/network/x.ns`, text);
    const plan = planOf(null, next, [{ do: "write-file", path: `${layout.etc}/network/x.ns` }]);
    expect(errorsOf(await apply(plan, machineEffects(plan, machine())))).toEqual([]);
  });

  test.each([
    ["the current generation", (one: Generation) => planOf(one, one, []), (_: Generation) => ({ current: 1 })],
    [
      "a switch that was cut short",
      (one: Generation) => planOf(null, one, []),
      (one: Generation) => ({ leftBehind: [{ number: 1, generation: one }] }),
    ],
  ])("is not what %s lists", async (_, plan, more) => {
    const one = full();
    mkdirSync(`${layout.etc}/network`, { recursive: true });
    writeFileSync(`${layout.etc}/network/x.ns`, "no mark");
    const effects = machineEffects(plan(one), machine(more(one)));
    await effects.removeFile(`${layout.etc}/network/x.ns`);
    expect(existsSync(`${layout.etc}/network/x.ns`)).toBe(false);
  });
});

describe("the journal", () => {
  test("is there before the first step, and stays when something only it knows is left", async () => {
    const next = full();
    writeFileSync(`${layout.units}/x.service`, "foreign");
    const plan = planOf(null, next, [{ do: "write-unit", unit: "x.service" }]);
    await apply(plan, machineEffects(plan, machine()));
    expect(readJournal(layout)).toEqual({ from: [], to: 1, pending: null, meant: [] });
    expect(readCurrent(layout)).toBeNull();
    expect(readChecked(layout, 1)).toEqual(next);
  });

  test("names every generation whose things may be there, also over several interrupted switches", async () => {
    const one = full();
    setCurrentGeneration(layout, writeGeneration(layout, one));
    const two = { number: writeGeneration(layout, generation("b")), generation: generation("b") };
    const plan = planOf(one, generation("c"), []);
    await machineEffects(plan, machine({ current: 1, leftBehind: [two] })).begin();
    expect(readJournal(layout)).toEqual({ from: [1, 2], to: 3, pending: null, meant: [] });
  });

  test("what was written beside files when a process was killed is removed, and nothing else", async () => {
    const next = full();
    const network = `${layout.etc}/network`;
    mkdirSync(network, { recursive: true });
    for (const name of ["x.ns.stowage-123", "y.ns.stowage-123", "x.ns.stowage-x"])
      writeFileSync(`${network}/${name}`, "");
    symlinkSync("x", `${layout.units}/x.service.stowage-9`);
    writeFileSync(`${dir}/hosts.stowage-1`, "");
    const plan = planOf(null, next, []);
    await machineEffects(plan, machine({ leftBehind: [{ number: 1, generation: next }] })).begin();
    expect(readdirSync(network).sort()).toEqual(["x.ns.stowage-x", "y.ns.stowage-123"]);
    expect(readdirSync(layout.units)).toEqual([]);
    expect(existsSync(`${dir}/hosts.stowage-1`)).toBe(false);
  });

  test("that cannot be written is an error, and the first step is not taken", async () => {
    const next = full();
    const plan = planOf(null, next, writeAll(next));
    const broken = machine({ layout: { ...layout, state: "/dev/full/state" } });
    await expect(apply(plan, machineEffects(plan, broken))).rejects.toThrow();
    expect(readdirSync(layout.units)).toEqual([]);
  });

  test("no new generation is written to put things right for the current one", async () => {
    const one = full();
    setCurrentGeneration(layout, writeGeneration(layout, one));
    const plan = planOf(one, one, [{ do: "write-unit", unit: "x.service" }]);
    await apply(plan, machineEffects(plan, machine({ current: 1 })));
    expect(readdirSync(`${layout.state}/generations`).sort()).toEqual(["1", "current"]);
  });

  test.each([
    "",
    "{",
    "[]",
    '{"format":2,"from":[],"to":1}',
    '{"format":1,"from":["1"],"to":1}',
    '{"format":1,"to":0}',
  ])("that is damaged is an error that names it: %j", (text) => {
    writeFileSync(`${layout.state}/switch.json`, text);
    expect(() => readJournal(layout)).toThrow(StowageError);
  });
});

test("a generation that is not the file any more that it was is read anew", () => {
  const number = writeGeneration(layout, generation("a"));
  const first = readChecked(layout, number);
  expect(readChecked(layout, number)).toBe(first);
  writeFileSync(`${layout.state}/generations/${number}/generation.json`, "{}");
  expect(() => readChecked(layout, number)).toThrow(/generation\.json/);
});

test("a generation of the wrong shape is an error, not a guess", () => {
  const number = writeGeneration(layout, { format: 1, id: "a".repeat(32) });
  expect(() => readChecked(layout, number)).toThrow(/shape/);
});

test("jobs go to systemd under their own names", async () => {
  const plan = planOf(null, generation("a"), [
    { do: "daemon-reload" },
    { do: "stop-unit", unit: "a" },
    { do: "start-unit", unit: "b" },
    { do: "restart-unit", unit: "c" },
    { do: "reload-unit", unit: "d" },
  ]);
  await apply(plan, machineEffects(plan, machine()));
  expect(jobs.sort()).toEqual(["daemonReload", "reload d", "resetFailed a", "restart c", "start b", "stop a"]);
});

test("how jobs stand is told while they are under way", async () => {
  const state = { active: "activating", sub: "start", status: "", waitsFor: [] };
  const telling: Systemd = new Proxy(systemd, {
    get: () => async (unit: string, onJob?: OnJob) => {
      onJob?.({ ...state, unit });
      return {};
    },
  });
  const told: Progress[] = [];
  const effects = machineEffects(
    planOf(null, generation("a"), []),
    machine({ systemd: telling }),
    (event) => void told.push(event),
  );
  await effects.startUnit("a");
  await effects.restartUnit("b");
  await effects.reloadUnit("c");
  await effects.stopUnit("d");
  expect(told.slice(0, 4)).toEqual(["a", "b", "c", "d"].map((unit) => ({ kind: "job", ...state, unit })));
});

test("a unit that goes leaves no failure behind in systemd; one that stays keeps its own", async () => {
  const stays = { name: "stays.service", sections: {} };
  const plan = planOf(null, generation("a", { units: { "stays.service": stays } }), [
    { do: "stop-unit", unit: "gone.service" },
    { do: "stop-unit", unit: "stays.service" },
  ]);
  await apply(plan, machineEffects(plan, machine()));
  expect(jobs.sort()).toEqual(["resetFailed gone.service", "stop gone.service", "stop stays.service"]);
});

test("directories that we made go with our last file in them; those of others stay", async () => {
  mkdirSync(`${dir}/theirs/empty`, { recursive: true });
  const paths = [`${dir}/made/conf.d/x`, `${dir}/made/shared/x`, `${dir}/theirs/empty/x`];
  const files = Object.fromEntries(paths.map((path) => [path, { text: "x", mode: "0644" }]));
  const { writeFile } = machineEffects(planOf(null, generation("a", { files }), []), machine());
  for (const path of paths) await writeFile(path);
  writeFileSync(`${dir}/made/shared/theirs`, "");
  const removal = machineEffects(planOf(generation("a", { files }), generation("b"), []), machine());
  for (const path of paths) await removal.removeFile(path);
  expect(existsSync(`${dir}/made/conf.d`)).toBe(false);
  expect(readdirSync(`${dir}/made/shared`)).toEqual(["theirs"]);
  expect(readdirSync(`${dir}/theirs/empty`)).toEqual([]);
  rmSync(`${dir}/made/shared/theirs`);
  await writeFile(paths[1]!);
  await removal.removeFile(paths[1]!);
  expect([existsSync(`${dir}/made`), existsSync(`${layout.state}/directories`)]).toEqual([false, false]);
});

test("a definition that was made by hand is its owner's alone", async () => {
  const path = `${layout.etc}/made/a.ts`;
  const next = generation("a", { files: { [path]: { text: "// a\n", mode: "0600", editable: true } } });
  await machineEffects(planOf(null, next, []), machine()).writeFile(path);
  expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["// a\n", 0o600]);
});

test("a container's job goes with what it has on disk", async () => {
  const web = { name: "web", unit: "container@web.service", companions: [] } as unknown as ContainerPart;
  const next = generation("a", { containers: { web } });
  const plan = planOf(null, next, [
    { do: "seed-root", container: "web" },
    { do: "declare", container: "web" },
    { do: "start-unit", unit: web.unit },
    { do: "start-unit", unit: "other.service" },
  ]);
  await apply(plan, machineEffects(plan, machine()));
  expect(jobs.sort()).toEqual([
    "declare web",
    "seed web",
    "settled web",
    "start container@web.service",
    "start other.service",
  ]);
});

describe("a container that takes over in place", () => {
  const web = { name: "web", unit: "container@web.service", companions: [] } as unknown as ContainerPart;
  const order = (verb: "stop" | "start" | "reload"): TakeOver => ({
    from: `${"0".repeat(32)}-web`,
    refuse: null,
    etc: [],
    units: [{ unit: "a.service", verb, because: "" }],
  });
  const running: Systemd = new Proxy(systemd, {
    get: (others, verb: keyof Systemd) =>
      verb === "states" ? async () => ({ [web.unit]: { invocation: "f00" } }) : others[verb],
  });
  const play = async (take: TakeOver, stop: boolean, found: Systemd) => {
    const plan = planOf(null, generation("a", { containers: { web } }), []);
    await machineEffects(plan, machine({ systemd: found })).prepare("web", take, stop);
    return jobs;
  };

  test("is ordered to, by its run; what must end with its old definition ends first", async () => {
    expect(await play(order("stop"), true, running)).toEqual(["prepare web f00", "stop old of web f00"]);
  });
  test("stops nothing where nothing must, or it keeps running as it was", async () => {
    expect(await play(order("reload"), true, running)).toEqual(["prepare web f00"]);
    jobs = [];
    expect(await play(order("stop"), false, running)).toEqual(["prepare web f00"]);
  });
  test("has nothing to take over where it has ended meanwhile", async () => {
    expect(await play(order("stop"), true, systemd)).toEqual([]);
  });
  test("has nothing left for its next start", async () => {
    const plan = planOf(null, generation("a", { containers: { web } }), [{ do: "reload-unit", unit: web.unit }]);
    await apply(plan, machineEffects(plan, machine()));
    expect(jobs).toEqual(["reload container@web.service", "settled web", "took over web"]);
  });
});

describe("the hosts file", () => {
  test("keeps its mode, and is left alone when nothing changes", () => {
    chmodSync(`${dir}/hosts`, 0o600);
    writeHostsBlock(`${dir}/hosts`, "1.2.3.4 x\n");
    expect(statSync(`${dir}/hosts`).mode & 0o777).toBe(0o600);
    const { ino } = statSync(`${dir}/hosts`);
    writeHostsBlock(`${dir}/hosts`, "1.2.3.4 x\n");
    expect(statSync(`${dir}/hosts`).ino).toBe(ino);
  });

  test("that is a link is somebody else's: refused, and what it leads to stays", () => {
    writeFileSync(`${dir}/managed`, "127.0.0.1 localhost\n");
    rmSync(`${dir}/hosts`, { force: true });
    symlinkSync("managed", `${dir}/hosts`);
    expect(() => writeHostsBlock(`${dir}/hosts`, "1.2.3.4 x\n")).toThrow("is not a regular file");
    expect(readFileSync(`${dir}/managed`, "utf8")).toBe("127.0.0.1 localhost\n");
    expect(readlinkSync(`${dir}/hosts`)).toBe("managed");
  });

  test("that is a mount point is written in place; any other failure is one", () => {
    const failing = (code: string) => () => {
      throw Object.assign(new Error(code), { code });
    };
    const { ino } = statSync(`${dir}/hosts`);
    writeHostsBlock(`${dir}/hosts`, "1.2.3.4 x\n", failing("EBUSY"));
    expect(readFileSync(`${dir}/hosts`, "utf8")).toContain("1.2.3.4 x");
    expect(statSync(`${dir}/hosts`).ino).toBe(ino);
    expect(() => writeHostsBlock(`${dir}/hosts`, "", failing("ENOSPC"))).toThrow("ENOSPC");
  });
});

test("observe: a link where a file is expected is not ours, nor a file where a link is", async () => {
  const next = full();
  symlinkSync("/etc/passwd", `${layout.units}/x.service`);
  mkdirSync(`${layout.units}/machines.target.wants`);
  writeFileSync(`${layout.units}/machines.target.wants/x.service`, "");
  mkdirSync(`${layout.state}/containers/web/root`, { recursive: true });
  const withContainer = { ...next, containers: { web: {} as never, db: {} as never } };
  const observed = await observe({
    layout,
    systemd,
    ours: [],
    next: withContainer,
    hostsFile: `${dir}/none`,
    booted: false,
  });
  expect(observed.files[`${layout.units}/x.service`]).toEqual({ text: "", ours: false, link: "/etc/passwd" });
  expect(observed.unitLinks).toEqual({ "machines.target.wants/x.service": "" });
  expect(observed.hosts).toBeNull();
  expect(observed.containers).toEqual({
    web: { hasRoot: true, declared: null },
    db: { hasRoot: false, declared: null },
  });
});

describe("directories of links", () => {
  test("that a cut switch had emptied go with the next one", async () => {
    const [one, next] = [full(), generation("b")];
    mkdirSync(`${layout.units}/machines.target.wants`, { recursive: true });
    mkdirSync(`${layout.etc}/network`, { recursive: true });
    const plan = planOf(one, next, []);
    await apply(plan, machineEffects(plan, machine({ current: 1 })));
    expect(readdirSync(layout.units)).toEqual(["machines.target.wants"]);
    await apply(plan, machineEffects(plan, machine({ leftBehind: [{ number: 1, generation: one }] })));
    expect(readdirSync(layout.units)).toEqual([]);
    expect(readdirSync(layout.etc)).toEqual([]);
  });
});

test("a unit that is nobody's alone and has ended is not to be reloaded; that a running one could not be is a failure", async () => {
  const of = (active: string): Systemd =>
    new Proxy({} as Systemd, {
      get: (_, verb: string) => async () => {
        if (verb === "states") return { "shared.service": { active } };
        throw new StowageError({ code: "job-failed", message: "reload failed" });
      },
    });
  const plan = planOf(null, generation("a"), []);
  const reload = (active: string) =>
    machineEffects(plan, machine({ systemd: of(active) })).reloadUnit("shared.service");
  for (const ended of ["inactive", "deactivating"]) await reload(ended);
  for (const state of ["active", "failed"]) await expect(reload(state)).rejects.toThrow("reload failed");
});

/**
 * The power fails while a switch is under way, and right after it: what is on the disk then is the old generation or the
 * new one, or the next switch makes it that; after exit code 0 it is the new one.
 *
 * What is asked of the file system is less than most give: see `disk.ts`. STOWAGE_POWER_ROUNDS: so many switches are
 * played in each manner on each suite (`npm run test:power`); without it one on each, in the one manner or the other.
 */
import { describe, expect, onTestFailed, test } from "vitest";
import { LabHost } from "../../../lab/host.ts";
import { type Suite, suites } from "../../../lab/tree.ts";
import { hostWith } from "../configurations.ts";
import { Machine } from "../harness.ts";
import { type Cuts, naming, runWithStops, syncing } from "./cuts.ts";
import { lost, type Passage, problemsOf, readTree, strays } from "./judge.ts";
import { CutMachine, hostTs, makeSystem, onlyGiven, putBase, startWith, systemBinds } from "./machine.ts";
import { traced, Unsynced } from "./trace.ts";

/** Far above what it takes: some 20 s for each switch that is played. */
const limit = 600_000 + 120_000 * Number(process.env.STOWAGE_POWER_ROUNDS ?? 0);

interface Point {
  readonly disk: string;
  readonly call: string;
}

interface Played {
  readonly passage: Passage;
  readonly during: readonly Point[];
  /** The disk right after exit code 0. */
  readonly end: string;
}

const manners = {
  /** Nothing gets to the disk but what is synced: a cut after each of these. */
  lazy: { at: syncing, flushes: false },
  /** Everything gets there at once, in the order in which it is done: a cut after each change of a name. */
  eager: { at: naming, flushes: true },
};

type Manner = keyof typeof manners;

async function play(machine: CutMachine, manner: Manner, more: Partial<Cuts> = {}): Promise<Played> {
  await machine.declareNext();
  const before = machine.live();
  const during: Point[] = [];
  const { at, flushes } = manners[manner];
  const { code, stderr } = await runWithStops(machine.host, ["stowage", "switch"], {
    ...more,
    at,
    onStop(call) {
      // Only what can make a difference: not of /run, nor of caches.
      if (!/["<]\/(etc|var\/lib\/stowage)/.test(call)) return;
      if (flushes) machine.flush();
      during.push({ disk: machine.cut(), call });
    },
  });
  const end = machine.cut();
  expect(code, stderr).toBe(0);
  return { passage: { before, after: machine.live() }, during, end };
}

/** What is played on a suite. 131 points on both together. */
function played(suite: Suite): Manner[] {
  const rounds = Number(process.env.STOWAGE_POWER_ROUNDS ?? 0);
  if (rounds === 0) return [suite === suites[0] ? "lazy" : "eager"];
  return Array.from({ length: rounds }, (): Manner[] => ["lazy", "eager"]).flat();
}

interface Judged {
  /** With the call after which the power failed. */
  readonly half: string[];
  readonly lost: string[];
  /** Of how many different machines one was found. */
  readonly different: number;
}

async function judge(machine: CutMachine, { passage, during, end }: Played): Promise<Judged> {
  const half: string[] = [];
  const seen = new Set<string>();
  for (const { disk, call } of during) {
    const tree = await machine.found(disk);
    seen.add(JSON.stringify([...tree].sort()));
    half.push(...problemsOf(tree, passage).map((problem) => `after ${call}: ${problem}`));
  }
  return { half, lost: lost(await machine.found(end), passage.after), different: seen.size };
}

/** Starts a machine with a disk that the power cut left; the next switch makes it what it should be. */
async function expectConverges(host: Machine, disk: string, { after }: Passage): Promise<void> {
  await startWith(host, disk);
  await host.waitForUnit("container@given.service");
  await host.stowage(["switch"]);
  expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });
  expect((await host.run(["test", "-e", "/var/lib/stowage/switch.json"])).code).toBe(1);
  const tree = new Map<string, string>();
  readTree(`/proc/${host.lab.leader}/root`, "etc", tree);
  expect(strays(tree, after)).toEqual([]);
}

/** So many of them, spread evenly. */
const some = <T>(all: readonly T[], count: number): T[] =>
  all.filter((_, index) => Math.floor((index * count) / all.length) !== Math.floor(((index - 1) * count) / all.length));

describe.each(suites)("%s", (suite) => {
  test(
    "the power may fail at any moment of a switch; after exit code 0 the new generation is on the disk",
    async () => {
      const machine = await CutMachine.boot(suite);
      const second = new Machine(await LabHost.boot({ suite, binds: await systemBinds(suite) }));
      onTestFailed(async () => console.error(await second.lastWords().catch(String)));
      try {
        await second.sh(makeSystem);
        for (const manner of played(suite)) {
          const switched = await play(machine, manner);
          const { half, lost, different } = await judge(machine, switched);
          expect({ half, lost }).toEqual({ half: [], lost: [] });
          // Otherwise nothing reached the disk on the way, and nothing was shown.
          expect(different).toBeGreaterThan(50);
          const disks = switched.during.map(({ disk }) => disk);
          for (const disk of [...some(disks, 4), switched.end]) await expectConverges(second, disk, switched.passage);
          machine.forgetCuts();
        }
      } finally {
        await Promise.all([machine.stop(), second.stop()]);
      }
    },
    limit,
  );
});

/** Takes fsync(2) from regular files; directories are still synced. */
const forgetful = `import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const { fsyncSync, fstatSync } = fs;
fs.fsyncSync = (fd) => { if (fstatSync(fd).isDirectory()) fsyncSync(fd); };
syncBuiltinESMExports();
`;

test(
  "broken ones are caught: one that syncs nothing, one that syncs directories and not what is in them",
  async () => {
    const machine = await CutMachine.boot("trixie");
    try {
      const nothing = await judge(machine, await play(machine, "lazy", { areVoid: true }));
      expect(nothing.lost).not.toEqual([]);
      machine.forgetCuts();
      await machine.host.put("/root/forgetful.mjs", forgetful);
      const env = { NODE_OPTIONS: "--import=/root/forgetful.mjs" };
      const names = await judge(machine, await play(machine, "lazy", { env }));
      expect(names.half).not.toEqual([]);
    } finally {
      await machine.stop();
    }
  },
  limit,
);

test("by the letter of fsync(2) all that a change has written is kept when it ends", async () => {
  const host = new Machine(await LabHost.boot({ suite: "trixie", binds: await systemBinds("trixie") }));
  try {
    await host.sh(makeSystem);
    await putBase(host);
    const configurations = [onlyGiven, hostTs(0), hostTs(1), onlyGiven, hostWith({})];
    for (const [index, text] of configurations.entries()) {
      await host.put("/etc/stowage/host.ts", text);
      expect(await unsyncedAfter(host, ["stowage", "switch"]), `switch ${index + 1}`).toEqual([]);
    }
    expect(await unsyncedAfter(host, ["stowage", "rollback", "2"])).toEqual([]);
    expect(await unsyncedAfter(host, ["stowage", "boot"])).toEqual([]);
    expect(await unsyncedAfter(host, ["stowage", "gc", "--keep", "1"])).toEqual([]);
  } finally {
    await host.stop();
  }
});

async function unsyncedAfter(host: Machine, argv: readonly string[]): Promise<string[]> {
  const options = ["-f", "-y", "-qq", "-s", "4096", "--seccomp-bpf", "-e", "signal=none", "-e", `trace=${traced}`];
  await host.must(["strace", ...options, "-o", "/root/trace", "--", ...argv]);
  // A lock file has nothing in it, and is made again where it is missing.
  const unsynced = new Unsynced((path) => /^\/(etc|var\/lib\/stowage)\//.test(path) && !path.endsWith("/store/.lock"));
  for (const line of (await host.get("/root/trace")).split("\n")) unsynced.see(line);
  return unsynced.all();
}

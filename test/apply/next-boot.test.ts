import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { apply } from "../../src/apply/apply.ts";
import { nothing, readJournal } from "../../src/apply/journal.ts";
import { type Machine, machineEffects } from "../../src/apply/machine.ts";
import {
  bootUnit,
  type Carrier,
  giveNextBoot,
  isDivided,
  removeBootUnit,
  writtenInBoot,
} from "../../src/apply/next-boot.ts";
import { removeInstallation } from "../../src/apply/uninstall.ts";
import type { Generation } from "../../src/compile/generation.ts";
import type { Systemd } from "../../src/host/systemd.ts";
import type { Action, Plan } from "../../src/plan/plan.ts";
import {
  activeGeneration,
  currentGeneration,
  formerGeneration,
  listGenerations,
  readGeneration,
  setActiveGeneration,
  setCurrentGeneration,
  switchedAt,
  testedAt,
  writeGeneration,
} from "../../src/store/generations.ts";
import { defaultLayout, type Layout } from "../../src/store/layout.ts";
import { render } from "../../src/units/index.ts";

let dir: string;
let layout: Layout;
beforeEach(() => {
  dir = mkdtempSync(`${tmpdir()}/stowage-test-`);
  layout = {
    state: `${dir}/state`,
    etc: `${dir}/etc`,
    run: `${dir}/run`,
    units: `${dir}/units`,
    cache: `${dir}/cache`,
  };
  mkdirSync(layout.units);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const carrier: Carrier = {
  program: ["/usr/bin/node", "/opt/a place/cli.js"],
  boot: "00000000-77b0-4a9c-844d-6ee373df8368",
};
const unitFile = () => `${layout.units}/stowage-boot.service`;
const link = () => `${layout.units}/multi-user.target.wants/stowage-boot.service`;
const unitText = () => readFileSync(unitFile(), "utf8");

/** A generation with one unit. */
const generation = (id: string): Generation => ({
  ...nothing,
  id: id.repeat(32),
  units: { [`${id}.service`]: { name: `${id}.service`, sections: {} } },
});
const pointers = () => [currentGeneration(layout), activeGeneration(layout)];
function switchTo(id: string): Generation {
  const made = generation(id);
  setCurrentGeneration(layout, writeGeneration(layout, made));
  return made;
}

test("the unit: before all of ours, once what it needs is mounted, this very program", () => {
  const text = render(bootUnit(defaultLayout, carrier, [generation("b"), generation("a"), generation("b")]));
  expect(text.split("\n")).toEqual([
    "# Made by stowage. Changes are overwritten; write host.ts instead.",
    "[Unit]",
    "Description=Containers as this boot is to have them",
    "RequiresMountsFor=/var/lib/stowage",
    "RequiresMountsFor=/usr/bin/node",
    'RequiresMountsFor="/opt/a place/cli.js"',
    "Before=a.service",
    "Before=b.service",
    "",
    "[Service]",
    "Type=oneshot",
    "SyslogIdentifier=stowage-boot",
    `ExecStart=/usr/bin/node "/opt/a place/cli.js" at-boot ${carrier.boot}`,
    "TimeoutStartSec=10min",
    "",
  ]);
  const elsewhere = render(bootUnit({ ...defaultLayout, state: "/srv/x y" }, carrier, []));
  expect(elsewhere).toContain('--state-dir "/srv/x y"');
});

describe("boot", () => {
  test("the machine keeps what it has; the unit is there, and says when it was written", () => {
    const one = switchTo("a");
    expect(giveNextBoot(layout, generation("b"), null, carrier, [one])).toBe(2);
    expect([pointers(), isDivided(layout)]).toEqual([[2, 1], true]);
    expect(switchedAt(layout, 2)).not.toBeNull();
    expect(unitText()).toContain("Before=a.service\nBefore=b.service\n");
    expect(readlinkSync(link())).toBe("../stowage-boot.service");
    expect(writtenInBoot(layout)).toBe(carrier.boot);
  });

  test("twice: what the machine has stays", () => {
    switchTo("a");
    giveNextBoot(layout, generation("b"), null, carrier, []);
    giveNextBoot(layout, generation("c"), null, carrier, []);
    expect(pointers()).toEqual([3, 1]);
  });

  test("of what the machine has: there is no difference any more", () => {
    const one = switchTo("a");
    giveNextBoot(layout, generation("b"), null, carrier, []);
    giveNextBoot(layout, one, 1, carrier, []);
    expect([pointers(), isDivided(layout)]).toEqual([[1, 1], false]);
    expect([existsSync(unitFile()), existsSync(link()), listGenerations(layout)]).toEqual([false, false, [1, 2]]);
  });

  test("on a machine that was never switched: it has the generation that nothing is in", () => {
    expect(giveNextBoot(layout, generation("a"), null, carrier, [])).toBe(2);
    expect(pointers()).toEqual([2, 1]);
    expect(readGeneration(layout, 1)).toEqual(nothing);
  });

  test("cut short at the unit: nothing has changed", () => {
    switchTo("a");
    writeFileSync(unitFile(), "somebody's own\n");
    expect(() => giveNextBoot(layout, generation("b"), null, carrier, [])).toThrow(/is not ours/);
    expect([pointers(), isDivided(layout), unitText()]).toEqual([[1, 1], false, "somebody's own\n"]);
  });

  test("cut short at either pointer: nothing has changed", () => {
    switchTo("a");
    // In the way of the link that is made beside the pointer.
    mkdirSync(`${layout.state}/generations/active.new`);
    expect(() => giveNextBoot(layout, generation("b"), null, carrier, [])).toThrow();
    expect(pointers()).toEqual([1, 1]);
    rmSync(`${layout.state}/generations/active.new`, { recursive: true });
    mkdirSync(`${layout.state}/generations/current.new`);
    expect(() => giveNextBoot(layout, generation("b"), null, carrier, [])).toThrow();
    expect([pointers(), isDivided(layout), existsSync(unitFile())]).toEqual([[1, 1], false, true]);
  });
});

test("only what is ours of the unit is removed", async () => {
  switchTo("a");
  giveNextBoot(layout, generation("b"), null, carrier, []);
  rmSync(unitFile());
  removeBootUnit(layout);
  expect(existsSync(link())).toBe(false);
  writeFileSync(unitFile(), "somebody's own\n");
  removeBootUnit(layout);
  expect(unitText()).toBe("somebody's own\n");
  rmSync(unitFile());
  giveNextBoot(layout, generation("c"), null, carrier, []);
  await removeInstallation(layout);
  expect([existsSync(unitFile()), existsSync(link()), existsSync(layout.state)]).toEqual([false, false, false]);
});

const systemd = new Proxy({} as Systemd, { get: () => async () => ({}) });
const unused = async (): Promise<never> => {
  throw new Error("not in these plans");
};
const containers: Machine["containers"] = {
  seed: unused,
  declare: unused,
  prepare: unused,
  stopOld: unused,
  tookOver: () => undefined,
  settled: () => undefined,
};

/** Carries out a plan from one generation to another; `also` in the way of the first file fails it. */
async function change(current: Generation | null, next: Generation, more: Partial<Machine>, actions: Action[] = []) {
  const all: Action[] = [...actions, { do: "record-generation" }, { do: "daemon-reload" }];
  const steps = all.map((action, index) => ({
    id: String(index),
    action,
    because: "a test",
    after: index === 0 ? [] : [String(index - 1)],
  }));
  const plan: Plan = { current, next, steps, kept: [], notices: [], blocked: [] };
  const machine: Machine = {
    layout,
    systemd,
    containers,
    hostsFile: `${dir}/hosts`,
    current: null,
    leftBehind: [],
    ...more,
  };
  return apply(plan, machineEffects(plan, { carrier, ...machine }));
}

/** Fails: it is somebody else's. */
const failing = (): Action[] => {
  writeFileSync(`${layout.units}/b.service`, "somebody's own\n");
  return [{ do: "write-unit", unit: "b.service" }];
};

describe("test", () => {
  test("the machine gets it, the next boot keeps what it had", async () => {
    const one = switchTo("a");
    await change(one, generation("b"), { current: 1, nextBoot: one, becomes: "active" });
    expect([pointers(), switchedAt(layout, 2), readJournal(layout)]).toEqual([[1, 2], null, null]);
    expect(testedAt(layout, 2)).not.toBeNull();
    expect(unitText()).toContain("Before=a.service\nBefore=b.service\n");
  });

  test("that fails half way: the next boot finds its way back all the same", async () => {
    const one = switchTo("a");
    await change(one, generation("b"), { current: 1, nextBoot: one, becomes: "active" }, failing());
    expect([pointers(), testedAt(layout, 2), existsSync(unitFile())]).toEqual([[1, 2], null, true]);
    expect(readJournal(layout)).toMatchObject({ from: [1], to: 2, pending: null });
  });

  test("on a machine that was never switched: the next boot has nothing", async () => {
    await change(null, generation("a"), { becomes: "active" });
    expect([pointers(), readGeneration(layout, 1)]).toEqual([[1, 2], nothing]);
  });
});

describe("a change by hand while there are two", () => {
  const byHand = (current: Generation, number: number, wasCurrent: boolean) =>
    change(current, generation("c"), {
      current: number,
      nextBoot: generation("d"),
      nextBootToo: { generation: generation("d"), wasCurrent },
      becomes: "active",
    });

  test("after `boot`: both get it, and what is gone back to is what the machine had", async () => {
    const one = switchTo("a");
    giveNextBoot(layout, generation("b"), null, carrier, [one]);
    await byHand(one, 1, true);
    expect([pointers(), formerGeneration(layout), readJournal(layout)]).toEqual([[3, 4], 4, null]);
    expect([switchedAt(layout, 4) !== null, testedAt(layout, 4)]).toEqual([true, null]);
    expect(unitText()).toContain("Before=c.service\nBefore=d.service\n");
  });

  test("after `test`: both get it, and what is gone back to is what the next boot has", async () => {
    const one = switchTo("a");
    await change(one, generation("b"), { current: 1, nextBoot: one, becomes: "active" });
    await byHand(generation("b"), 2, false);
    expect([pointers(), formerGeneration(layout)]).toEqual([[3, 4], 3]);
    expect([switchedAt(layout, 4), testedAt(layout, 4) !== null]).toEqual([null, true]);
  });
});

describe("a switch while there are two", () => {
  test("makes them one, and the unit goes", async () => {
    const one = switchTo("a");
    const two = generation("b");
    giveNextBoot(layout, two, null, carrier, [one]);
    // Gone before units are read anew: systemd is not to keep in mind what is no more.
    const reloads: boolean[] = [];
    const watching = new Proxy({} as Systemd, {
      get: (_, verb) => async () => void (verb === "daemonReload" && reloads.push(existsSync(unitFile()))),
    });
    await change(one, two, { current: 1, nextBoot: two, stored: 2, systemd: watching });
    expect(reloads).toEqual([false]);
    expect([pointers(), isDivided(layout), existsSync(unitFile()), existsSync(link())]).toEqual([
      [2, 2],
      false,
      false,
      false,
    ]);
    expect(listGenerations(layout)).toEqual([1, 2]);
  });

  test("that fails half way leaves them; the units of the third wait at the next boot, too", async () => {
    const one = switchTo("a");
    const three = generation("c");
    giveNextBoot(layout, three, null, carrier, [one]);
    await change(one, generation("b"), { current: 1, nextBoot: three }, failing());
    expect(pointers()).toEqual([2, 1]);
    expect(unitText()).toContain("Before=a.service\nBefore=b.service\nBefore=c.service\n");
  });

  test("to what the machine has: that is current", async () => {
    const one = switchTo("a");
    setActiveGeneration(layout, writeGeneration(layout, generation("b")));
    await change(generation("b"), generation("b"), { current: 2, nextBoot: one });
    expect([pointers(), isDivided(layout)]).toEqual([[2, 2], false]);
  });
});

describe("at boot", () => {
  test("the unit stays until units have been read anew: containers are still to come after it", async () => {
    const one = switchTo("a");
    const two = generation("b");
    giveNextBoot(layout, two, null, carrier, [one]);
    const before = switchedAt(layout, 2);
    const reloads: boolean[] = [];
    const watching = new Proxy({} as Systemd, {
      get: (_, verb) => async () => void (verb === "daemonReload" && reloads.push(existsSync(unitFile()))),
    });
    await change(one, two, { current: 1, nextBoot: two, stored: 2, becomes: "current-at-boot", systemd: watching });
    expect([reloads, pointers(), isDivided(layout), existsSync(unitFile())]).toEqual([[true], [2, 2], false, false]);
    // It became current when it was asked for.
    expect(switchedAt(layout, 2)).toEqual(before);
  });

  test("what is put back leaves both pointers and the unit as they are", async () => {
    const one = switchTo("a");
    const two = generation("b");
    giveNextBoot(layout, two, null, carrier, [one]);
    const text = unitText();
    await change(one, two, { current: 1, nextBoot: two, stored: 2, becomes: "current-at-boot" }, failing());
    expect([pointers(), isDivided(layout)]).toEqual([[2, 1], true]);
    const left = [{ number: 2, generation: two }];
    await change(one, one, { current: 1, nextBoot: two, leftBehind: left, becomes: "restored" });
    expect([pointers(), isDivided(layout), unitText(), readJournal(layout)]).toEqual([[2, 1], true, text, null]);
  });
});

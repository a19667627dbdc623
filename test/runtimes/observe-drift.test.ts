import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compileConfig, type Generation } from "../../src/compile/index.ts";
import type { UnitState } from "../../src/host/systemd.ts";
import { nftBase } from "../../src/network/index.ts";
import { elementsIn, rulesIn } from "../../src/plan/drift.ts";
import { observeDrift, tableOf } from "../../src/runtimes/nspawn/observe/drift.ts";
import { missingPart } from "../../src/store/declared.ts";
import { defaultLayout, type Layout, storePath } from "../../src/store/layout.ts";
import { render, type Unit } from "../../src/units/index.ts";
import { hostConfig, lock } from "../compile/config.ts";
import { machine } from "../plan/observed.ts";

let layout: Layout;
let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-drift-"));
  layout = { ...defaultLayout, state: `${place}/state`, units: `${place}/units`, etc: `${place}/etc` };
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function put(path: string, text = ""): void {
  mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  writeFileSync(path, text);
}

test("drop-ins of others, of units of ours alone; store paths that lack something", async () => {
  const one = compileConfig(hostConfig({ web: {} }), lock, layout);
  put(`${layout.units}/container@web.service.d/override.conf`);
  put(`${layout.units}/container@web.service.d/README`);
  put(`${layout.units}/ssh.service.d/override.conf`);
  const [tree = "", toplevel = ""] = [one.containers.web?.packages ?? "", one.containers.web?.system ?? ""];
  for (const part of ["recipe.json", "take-over"]) put(`${storePath(layout, toplevel)}/${part}`);
  put(`${storePath(layout, tree)}/recipe.json`);
  const systemd = { states: async () => ({}), unitsReadAt: async () => 0 };
  const request = { layout, systemd, ours: [one], next: one, booted: false };
  expect(await observeDrift(request, machine([one]))).toEqual({
    dropIns: { "container@web.service": [`${layout.units}/container@web.service.d/override.conf`] },
    unread: false,
    startedWith: {},
    damaged: { [tree]: "usr" },
  });
});

test("our table as nft prints it, and as it should be", () => {
  const rule = (chain: string) => ({ rule: { chain } });
  const objects = [
    { metainfo: {} },
    { map: { name: "tcp4", elem: [[8080, {}]] } },
    { set: { name: "local4" } },
    { chain: { name: "guard" } },
    { chain: { name: "idle" } },
    rule("guard"),
    rule("guard"),
  ];
  expect(tableOf({ nftables: objects })).toEqual({ rules: { guard: 2, idle: 0 }, elements: { tcp4: 1, local4: 0 } });
  expect(rulesIn(nftBase)).toMatchObject({ guard: 2, prerouting: 1, output: 1, postrouting: 6, "forward-ports": 8 });
  expect(elementsIn("add element inet stowage tcp4 { 80 : 10.0.0.2 . 80 }\n")).toEqual([
    ["tcp4", "80 : 10.0.0.2 . 80"],
  ]);
});

test("what a copy of a toplevel lacks; without the toplevel nobody knows", () => {
  const name = `${"0".repeat(32)}-web`;
  const copies = `${place}/declared`;
  expect(missingPart(layout, copies, null)).toBeNull();
  expect(missingPart(layout, copies, name)).toBe(`declared/${name}`);
  put(`${copies}/${name}/activate`);
  expect(missingPart(layout, copies, name)).toBeNull();
  for (const part of ["activate", "units", "recipe.json"]) put(`${storePath(layout, name)}/${part}`);
  expect(missingPart(layout, copies, name)).toBe("declared/current/units");
  put(`${copies}/${name}/units`);
  expect(missingPart(layout, copies, name)).toBeNull();
});

describe("on a machine that runs", () => {
  const unit = "container@web.service";
  const started = { active: "active", sub: "running" } as UnitState;

  /** A unit file with some text, written long ago; what systemd was asked. */
  async function drift(text: (one: Generation) => string, readAt: number, changed?: number) {
    const one = compileConfig(hostConfig({ web: {} }), lock, layout);
    const next = compileConfig(hostConfig({ web: { timeoutStartSec: "14min" } }), lock, layout);
    const path = `${layout.units}/${unit}`;
    put(path, text(one));
    utimesSync(path, 1000, 1000);
    const asked: string[] = [];
    const systemd = {
      states: async (units: readonly string[]) => {
        asked.push(...units);
        return { [unit]: { ...started, since: Date.now() } };
      },
      unitsReadAt: async () => readAt,
    };
    const observed = { ...machine([one]), files: { [path]: { text: text(one), ours: true } } };
    const times = new Map(changed === undefined ? [] : [[path, changed]]);
    const request = { layout, systemd, ours: [one], next, booted: true };
    const { unread, startedWith } = await observeDrift(request, observed, undefined, times);
    return { unread, startedWith, asked };
  }
  const asWritten = (one: Generation) => render(one.units[unit] as Unit);
  const asWanted = (one: Generation) => asWritten(one).replace("=1min\nTimeoutStop", "=14min\nTimeoutStop");
  const now = () => Number(process.hrtime.bigint() / 1000n);

  test("only of a unit whose file is neither as it was written nor as it is to be is systemd asked", async () => {
    expect(await drift(asWritten, 0)).toMatchObject({ startedWith: {}, asked: [] });
    expect(await drift(asWanted, 0)).toMatchObject({ startedWith: {}, asked: [] });
    const edited = await drift((one) => `${asWritten(one)}# by hand\n`, 0);
    expect(edited).toMatchObject({ startedWith: { [unit]: `${layout.units}/${unit}` }, asked: [unit] });
  });

  test("a unit file that is younger than what systemd has read, as it was found or as it is", async () => {
    const [before, after] = [now() - 3_600_000_000, now() + 3_600_000_000];
    expect(await drift(asWritten, Math.max(1, before))).toMatchObject({ unread: true });
    expect(await drift(asWritten, after)).toMatchObject({ unread: false });
    // Nobody looks a second time where it was looked at already.
    expect(await drift(asWritten, Math.max(1, before), 1000)).toMatchObject({ unread: false });
    expect(await drift(asWritten, 0)).toMatchObject({ unread: false });
  });
});

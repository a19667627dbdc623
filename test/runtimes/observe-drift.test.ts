import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { nftBase } from "../../src/network/index.ts";
import { elementsIn, rulesIn } from "../../src/plan/drift.ts";
import { observeDrift, tableOf } from "../../src/runtimes/nspawn/observe/drift.ts";
import { missingPart } from "../../src/store/declared.ts";
import { defaultLayout, type Layout, storePath } from "../../src/store/layout.ts";
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

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BundleCache } from "../../src/load/cache.ts";
import { sha256 } from "../../src/load/hash.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-cache-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test("an entry that cannot get its name leaves nothing under its other one", () => {
  const cache = new BundleCache(join(place, "load"), "1");
  const name = `${sha256("/host.ts")}.json`;
  mkdirSync(join(place, "load", name, "full"), { recursive: true });
  const bundle = { code: "export default 1;", inputs: {}, absent: [] };
  expect(() => cache.store("/host.ts", bundle as never)).toThrow();
  expect(readdirSync(join(place, "load")).sort()).toEqual([name, `${sha256(bundle.code)}.mjs`].sort());
});

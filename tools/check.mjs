#!/usr/bin/env node
/** `npm run check`: what needs neither root nor a lab. Formatting and lint, types, the unit tests with the layer rule. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureModules, ensureNode } from "./ensure.mjs";
import { check, root, runParts, vitest } from "./parts.mjs";

const bin = (path) => join(root, "node_modules", path);

/** Type tests also pass with the compiler before the current one: most editors still have it. */
function typeTests() {
  const directory = join(root, "test/types");
  if (!existsSync(directory) || readdirSync(directory).length === 0) return [];
  const argv = [process.execPath, bin("typescript6/bin/tsc"), "-p", join(root, "tools/tsconfig.types6.json")];
  return [check("type tests with TypeScript 6", argv)];
}

export function checks() {
  return [
    check("biome", [process.execPath, bin("@biomejs/biome/bin/biome"), "ci", "."]),
    check("types with TypeScript 7", [process.execPath, bin("typescript/bin/tsc"), "-p", root]),
    ...typeTests(),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  ensureNode();
  await ensureModules();
  const { passed, failed } = await runParts([...checks(), vitest("unit tests", "unit", [])]);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

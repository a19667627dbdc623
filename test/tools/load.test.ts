import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkout } from "../../lab/places.ts";

let place: string;
beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), "stowage-load-")));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test("what is loaded in a checkout whose .cache is another's belongs to the checkout", () => {
  const [mine, other] = [join(place, "mine"), join(place, "other")];
  for (const one of [mine, other]) {
    mkdirSync(one);
    writeFileSync(join(one, "package.json"), "{}");
  }
  for (const path of ["tools/load.mjs", "lab/places.ts"]) cpSync(join(checkout(), path), join(mine, path));
  symlinkSync(join(checkout(), "node_modules"), join(mine, "node_modules"));
  mkdirSync(join(other, ".cache"));
  symlinkSync(join(other, ".cache"), join(mine, ".cache"));
  const script = `
    const { load } = await import(process.argv[1]);
    const { checkout, labCache } = await load("lab/places.ts");
    console.log(JSON.stringify([checkout(), labCache()]));`;
  const argv = ["--input-type=module", "-e", script, join(mine, "tools/load.mjs")];
  const env = { ...process.env, STOWAGE_LAB_CACHE: undefined };
  const said = execFileSync(process.execPath, argv, { encoding: "utf8", env });
  expect(JSON.parse(said)).toEqual([mine, join(mine, ".cache/lab")]);
});

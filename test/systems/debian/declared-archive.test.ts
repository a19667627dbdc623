import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StowageError } from "../../../src/error.ts";
import { defaultLayout, type Layout } from "../../../src/store/layout.ts";
import { fetchPackages } from "../../../src/systems/debian/fetch.ts";
import { type LockedSuite, recipeFor } from "../../../src/systems/lock.ts";
import { lockChanges } from "../../../src/systems/lock-changes.ts";
import { ensureLocked, readLock, updateLock, writeLock } from "../../../src/systems/lock-file.ts";
import type { DebianRecipe, DebianRequest } from "../../../src/systems/recipe.ts";
import { canSign, TestArchive } from "./archive.ts";

/** A suite of Ubuntu: its archive has another name, and nothing else is different. */
const suite = "noble";
let [place, lockFile] = ["", ""];
let layout: Layout;
let archive: TestArchive;

beforeAll(() => {
  if (!canSign) return;
  place = mkdtempSync(join(tmpdir(), "stowage-archive-"));
  lockFile = join(place, "stowage.lock");
  layout = { ...defaultLayout, cache: join(place, "cache") };
  archive = new TestArchive(place, suite, "Ubuntu");
  archive.offer({ main: { web: "1.0" }, extra: { game: "2" } });
});
afterAll(() => {
  if (place !== "") rmSync(place, { recursive: true, force: true });
});

const none = { main: [], security: [] };
const request = (packages: string[], components?: string[]): DebianRequest => ({
  kind: "debian",
  suite,
  packages,
  furtherSuites: [],
  ...(components && { components }),
  mirror: { main: `file:${archive.directory}`, keyring: archive.keyring },
});
const lock = (wanted: DebianRequest) => ensureLocked(layout, lockFile, [wanted], { mirror: none });
const problemsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: StowageError) => error.problems ?? [error],
  );
const namesOf = (recipe: DebianRecipe | null) =>
  recipe?.layers.at(-1)?.map(({ name, version, archive }) => `${name} ${version} ${archive}`);

describe.skipIf(!canSign)("an archive that the configuration names, with keys of its own", () => {
  test("is what packages are locked and fetched from", async () => {
    const wanted = request(["web"]);
    const recipe = recipeFor(await lock(wanted), wanted) as DebianRecipe;
    expect(namesOf(recipe)).toEqual(["web 1.0 ubuntu"]);
    await fetchPackages(layout, recipe, recipe.layers.flat(), { mirror: none });
  });
  test("gives packages of the components that are named, and of no other", async () => {
    expect(await problemsOf(lock(request(["game"])))).toMatchObject([{ code: "unknown-package" }]);
    const wanted = request(["game"], ["extra", "main"]);
    expect(namesOf(recipeFor(await lock(wanted), wanted))).toEqual(["game 2 ubuntu"]);
  });
  test("has moved on: what is locked cannot be fetched, and the answer names update, which tells what changed", async () => {
    const wanted = request(["web"]);
    const before = readLock(lockFile);
    archive.offer({ main: { web: "1.1", more: "1" }, extra: { game: "2" } });
    const recipe = recipeFor(before, wanted) as DebianRecipe;
    rmSync(`${layout.cache}/sha256`, { recursive: true });
    expect(await problemsOf(fetchPackages(layout, recipe, recipe.layers.at(-1) ?? [], { mirror: none }))).toMatchObject(
      [{ code: "gone-from-mirror", hint: expect.stringContaining("stowage update") }],
    );
    const text = readFileSync(lockFile, "utf8");
    const after = await updateLock(layout, lockFile, [wanted], { mirror: none });
    expect(readFileSync(lockFile, "utf8")).not.toBe(text);
    expect(lockChanges(before, after)).toEqual([
      { suite, name: "game", from: "2", to: null },
      { suite, name: "web", from: "1.0", to: "1.1" },
    ]);
  });
  test("is asked for its own suites: one of somebody else's stays as it is locked, or is forgotten", async () => {
    const wanted = request(["web"]);
    const before = readLock(lockFile);
    const away = { ...before, suites: { ...before.suites, elsewhere: before.suites[suite] as LockedSuite } };
    writeLock(lockFile, away);
    expect(await updateLock(layout, lockFile, [wanted], { mirror: none, stays: ["elsewhere"] })).toEqual(away);
    expect(await updateLock(layout, lockFile, [wanted], { mirror: none })).toEqual(before);
  });
  test("is asked again for what young lists do not know, and not for what they do", async () => {
    archive.offer({ main: { web: "1.1", more: "1", late: "1" } });
    const late = request(["late", "web"]);
    expect(namesOf(recipeFor(await lock(late), late))).toEqual(["late 1 ubuntu"]);
    // An update would fail now.
    const release = join(archive.directory, `dists/${suite}/InRelease`);
    writeFileSync(release, "");
    const more = request(["late", "more", "web"]);
    expect(namesOf(recipeFor(await lock(more), more))).toEqual(["more 1 ubuntu"]);
    expect(await problemsOf(lock(request(["mroe"])))).toMatchObject([
      { code: "unknown-package", hint: "did you mean more?" },
    ]);
    archive.offer({ main: { web: "1.1", more: "1" } });
  });
  test("that is out of reach is told, and so is one that its keys did not sign", async () => {
    const away = { ...request(["more"]), mirror: { main: "http://127.0.0.1:9/debian", keyring: archive.keyring } };
    expect(await problemsOf(lock(away))).toMatchObject([{ code: "no-network" }]);
    const release = join(archive.directory, `dists/${suite}/InRelease`);
    writeFileSync(release, readFileSync(release, "utf8").replace("Suite: noble", "Suite: nobel"));
    const wanted = request(["more", "web"], ["extra", "main"]);
    expect(await problemsOf(updateLock(layout, lockFile, [wanted], { mirror: none }))).toMatchObject([
      { code: "not-signed" },
    ]);
  });
});

import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { covered, isProfileOurs, mountsIn, removeState } from "../../src/apply/remove-state.ts";
import { compileConfig } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { writeGeneration } from "../../src/store/generations.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock } from "../compile/config.ts";

/** @param ids its own and its parent's */
const line = (point: string, ids = "36 35") => `${ids} 98:0 / ${point} rw,noatime master:1 - ext4 /dev/root rw`;

test("mounts at and below a directory, the last first; not those of a neighbour whose name begins alike", () => {
  const points = ["/", "/c/web", "/c/web/root/a", "/c/web2", "/c/web/root/a\\040b", "/c/web/root/a"];
  const text = points.map((point) => line(point)).join("\n");
  expect(mountsIn("/c/web", text).map(({ point }) => point)).toStrictEqual([
    "/c/web/root/a",
    "/c/web/root/a b",
    "/c/web/root/a",
    "/c/web",
  ]);
});

test("what is in none of the others is told apart, and what is covered there", () => {
  const bound = [line("/c/web/home", "40 22"), line("/c/web/home/user", "41 40"), line("/c/web/srv", "42 22")];
  const mounts = mountsIn("/c/web", bound.join("\n"));
  expect(mounts.filter(({ topmost }) => topmost).map(({ point }) => point)).toStrictEqual([
    "/c/web/srv",
    "/c/web/home",
  ]);
  expect(covered(mounts)).toStrictEqual([]);
  const twice = [...bound, line("/c/web/home/user", "43 41"), line("/c/web/srv", "44 42")];
  // Of the inner one what holds it can be reached.
  expect(covered(mountsIn("/c/web", twice.join("\n")))).toStrictEqual(["/c/web/srv"]);
});

test("a mount is seen where a link leads to the state directory, and nothing is removed while it is there", async () => {
  const dir = mkdtempSync(`${realpathSync(tmpdir())}/stowage-state-`);
  mkdirSync(`${dir}/data/containers/web/root/srv`, { recursive: true });
  symlinkSync(`${dir}/data`, `${dir}/state`);
  const layout = { ...defaultLayout, state: `${dir}/state` };
  const mounted = () => line(`${dir}/data/containers/web/root/srv`);
  await expect(removeState(layout, "web", mounted)).rejects.toThrow(StowageError);
  expect(readdirSync(`${dir}/data/containers/web/root`)).toStrictEqual(["srv"]);
  expect(await removeState(layout, "web")).toStrictEqual([]);
  expect(readdirSync(`${dir}/data`)).toStrictEqual([]);
  expect(await removeState(layout, "web")).toStrictEqual([]);
  rmSync(dir, { recursive: true });
});

test("what Nix keeps is ours where a flake was built, or a generation that is kept has the system in Nix's store", () => {
  const dir = mkdtempSync(`${realpathSync(tmpdir())}/stowage-state-`);
  const layout = { ...defaultLayout, state: dir };
  const paths = { debian: "/srv/tree", nix: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-system" };
  const containers = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, { config: null, path }]));
  mkdirSync(`${dir}/flakes`);
  writeFileSync(`${dir}/flakes/flake`, "");
  writeGeneration(layout, compileConfig(hostConfig({ web: {}, ...containers }), lock, layout));
  const ours = ["web", "debian", "nix", "flake", "theirs"].filter((name) => isProfileOurs(layout, name));
  expect(ours).toEqual(["nix", "flake"]);
  rmSync(dir, { recursive: true });
});

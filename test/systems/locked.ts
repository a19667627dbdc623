/** A package as a lock has it: of the main archive, with nothing told but its name and version. */
import type { LockedPackage } from "../../src/systems/recipe.ts";

export const locked = (name: string, version: string): LockedPackage => ({
  name,
  version,
  arch: "amd64",
  size: 1,
  sha256: "0".repeat(64),
  path: `pool/${name}.deb`,
  archive: "debian",
});

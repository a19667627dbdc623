/** What must be there of a system that the user gives, each time before it starts. */
import { literal, type UnitSection } from "../../units/index.ts";
import type { SystemContainer } from "./container.ts";
import { isNix, nixAsserts } from "./nix.ts";

/** Looked at by PID 1 before anything is made for a start. `stowage start` says what is missing. Facts: systemd.unit(5). */
export function givenExists(container: SystemContainer): UnitSection {
  const { system } = container;
  if (system.kind !== "path") return {};
  const path = literal(system.path);
  return isNix(system) ? { AssertPathExists: `${path}/init` } : { AssertPathIsDirectory: `${path}/usr` };
}

/** Values of AssertPathIsSymbolicLink=. A link in a tree would be followed out of it. */
export function givenLinks(container: SystemContainer): string[] {
  const { system } = container;
  if (system.kind !== "path") return [];
  const paths = isNix(system) ? nixAsserts(container) : ["usr", "etc"].map((dir) => `${system.path}/${dir}`);
  return paths.map((path) => `!${literal(path)}`);
}

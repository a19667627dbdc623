/** What is nobody's alone and comes back with a container that needs it: a network of OCI containers, a volume. */
import type { Layout } from "../../store/layout.ts";
import { linesOf, render, type Unit } from "../../units/index.ts";
import type { Generation, HostFile } from "../generation.ts";
import type { Owned } from "./owned.ts";

export interface Brought {
  readonly units: readonly Unit[];
  readonly files: readonly (readonly [path: string, file: HostFile])[];
}

/**
 * What is declared now by the same name stays as it is.
 * @param layout where files of ours are
 */
export function broughtBack(layout: Layout, own: Owned, now: Generation, former: Generation): Brought {
  if (own.part.kind !== "oci") return { units: [], files: [] };
  const isContainers = ownedUnits(former);
  const found = new Map<string, Unit>();
  const visit = (unit: Unit): void => {
    for (const name of neededUnits(unit)) {
      const needed = former.units[name];
      if (needed === undefined || Object.hasOwn(now.units, name) || isContainers.has(name) || found.has(name)) continue;
      found.set(name, needed);
      visit(needed);
    }
  };
  for (const unit of own.units) visit(unit);
  const units = [...found.values()];
  const texts = units.map((unit) => render(unit)).join("\n");
  const files = Object.entries(former.files).filter(
    ([path]) => path.startsWith(`${layout.etc}/`) && !Object.hasOwn(now.files, path) && texts.includes(path),
  );
  return { units, files };
}

/** Without which it does not run. */
export const neededUnits = ({ sections }: Unit): string[] => namesIn(sections.Unit?.Requires, sections.Unit?.BindsTo);

/** Whatever it starts with it: a user's network wants what podman has for the user, and outlasts it. */
export const startedUnits = (unit: Unit): string[] => [...neededUnits(unit), ...namesIn(unit.sections.Unit?.Wants)];

const namesIn = (...values: readonly (Parameters<typeof linesOf>[0] | undefined)[]): string[] =>
  values.flatMap((value) => linesOf(value ?? []).flatMap((line) => line.split(" ")));

const ownedUnits = ({ containers }: Generation): ReadonlySet<string> =>
  new Set(Object.values(containers).flatMap((part) => [part.unit, ...part.companions]));

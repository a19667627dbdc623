/** Networks, volumes and pods of OCI containers, by the units that make them: containers require these. */
import type { Generation } from "../compile/generation.ts";
import type { Problem } from "../error.ts";
import { linesOf, type Unit } from "../units/index.ts";
import type { Former } from "./former.ts";

interface Named {
  readonly kind: string;
  readonly engine: string;
  readonly name: string;
  /** null: root. */
  readonly owner: string | null;
}

/** `stowage-podman-network@app.service`, `…@app:alice.service`; null for any other unit. */
export function objectOf(unit: string): Named | null {
  if (!unit.startsWith("stowage-")) return null;
  const [, engine, kind, name, owner = null] =
    /^stowage-(podman|docker)-(network|volume|pod)@([^:]+?)(?::([^:]+))?\.service$/.exec(unit) ?? [];
  return engine === undefined || kind === undefined || name === undefined ? null : { engine, kind, name, owner };
}

/**
 * Why a container must be stopped by its former definition before anything is written: something that it has is made
 * anew, or goes. systemd would stop it along, and the plan would not say so. null: there is nothing of that kind.
 */
export function objectReason(containerUnit: string, former: Former, next: Generation): string | null {
  const units = former.generations.flatMap((one) => one.units[containerUnit] ?? []);
  for (const unit of new Set(units.flatMap(requiredObjects(former)))) {
    const now = next.units[unit];
    const object = objectOf(unit);
    if (object === null) continue;
    if (now === undefined) return `its ${object.kind} ${object.name} goes`;
    if (former.changes(now).length > 0) return `its ${object.kind} ${object.name} changed`;
  }
  return null;
}

/** With those that they require in turn: a pod its networks. */
const requiredObjects =
  (former: Former) =>
  (unit: Unit): string[] => {
    const own = wordsOf(unit).filter((name) => objectOf(name) !== null);
    return own.flatMap((name) => {
      const further = former.unit(name);
      return [name, ...(further === null ? [] : wordsOf(further).filter((one) => objectOf(one) !== null))];
    });
  };

const wordsOf = ({ sections }: Unit): string[] =>
  linesOf(sections.Unit?.Requires ?? []).flatMap((line) => line.split(" "));

/** For a person to type: another user's is nothing that root's engine knows. */
const removal = ({ engine, kind, name, owner }: Named): string =>
  `\`${engine} ${kind} rm ${name}\`${owner === null ? "" : ` as ${owner}`}`;

/** To make a volume anew would be to lose what it keeps: told before anything is done. */
export function changedVolumes(former: Former, next: Generation): Problem[] {
  return Object.values(next.units).flatMap((unit): Problem | readonly Problem[] => {
    // By the name alone: the value of a unit is made when it is looked at.
    const object = objectOf(unit.name);
    if (object?.kind !== "volume") return [];
    const known = former.generations.flatMap((one) => one.units[unit.name] ?? []).map(definitionOf);
    if (known.every((one) => one === null || one === definitionOf(unit))) return [];
    const { name } = object;
    return {
      code: "volume-changed",
      message: `volume ${name} has other options now, and to make it anew would be to lose what it keeps`,
      hint: `give it another name; or take it out of host.ts, \`stowage switch\`, ${removal(object)}, and declare it again`,
      option: ["ociContainers", "volumes", name],
    };
  });
}

/** The whole of what its program is told to make. Of a unit that another version made this may be nothing. */
function definitionOf({ sections }: Unit): string | null {
  const start = sections.Service?.ExecStart;
  const words = typeof start === "object" && "exec" in start ? start.exec : [];
  return words[words.indexOf("make") + 5] ?? null;
}

/** What stays of those that go. */
export const leftVolumes = (former: Former, next: Generation): string[] =>
  former.gone("units", next).flatMap((unit) => {
    const object = objectOf(unit);
    if (object?.kind !== "volume") return [];
    return [`volume ${object.name} stays, with all that it keeps; ${removal(object)} removes it`];
  });

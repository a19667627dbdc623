/** Checks of what containers need of each other, and of what a change may do to them. */
import { nearestNames } from "../../modules/suggest.ts";
import type { ContainerConfig } from "../../options/index.ts";
import type { AcrossContainers } from "../across.ts";
import { type Problems, showOption } from "../problems.ts";
import { at } from "./place.ts";

export function checkChange(name: string, { restartIfChanged, onChange }: ContainerConfig, problems: Problems): void {
  if (restartIfChanged || onChange !== "restart") return;
  problems.add(
    {
      code: "restart-contradiction",
      message: `container ${name} is always restarted when it changes (onChange), and never (restartIfChanged)`,
      hint: `remove ${showOption(at(name, "restartIfChanged"))}: onChange says all that it says`,
    },
    at(name, "onChange"),
    at(name, "restartIfChanged"),
  );
}

/** A container of either kind, with what it needs and where that is said. */
interface Needing {
  readonly dependsOn: readonly string[];
  readonly option: readonly string[];
}

export function checkNeeds(config: AcrossContainers, problems: Problems): void {
  const all = ofBothKinds(config);
  for (const [name, { dependsOn, option }] of all) {
    for (const other of new Set(dependsOn)) {
      if (all.has(other)) continue;
      const near = nearestNames(other, [...all.keys()]);
      problems.add(
        {
          code: "unknown-container",
          message: `container ${name} needs ${JSON.stringify(other)}, and there is no such container`,
          hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : `there are: ${[...all.keys()].join(", ")}`,
        },
        option,
      );
    }
  }
  for (const circle of circles(all)) {
    problems.add(
      {
        code: "dependency-cycle",
        message:
          circle.length === 1
            ? `container ${circle[0]} needs itself`
            : `containers need each other in a circle: ${[...circle, circle[0]].join(" → ")}`,
        details: ["each starts when those that it needs are ready: none of these could ever start"],
        hint: "take one of them out of another's dependsOn",
      },
      ...circle.flatMap((name) => [all.get(name)?.option ?? []]),
    );
  }
}

/** Names are of one namespace: one that both kinds have is a problem of its own. */
function ofBothKinds({ containers, ociContainers }: AcrossContainers): ReadonlyMap<string, Needing> {
  const needing = (
    place: readonly string[],
    all: Readonly<Record<string, { readonly dependsOn: readonly string[] }>>,
  ) =>
    Object.entries(all).map(([name, { dependsOn }]): [string, Needing] => [
      name,
      { dependsOn, option: [...place, name, "dependsOn"] },
    ]);
  return new Map([
    ...needing(["containers"], containers),
    ...needing(["ociContainers", "containers"], ociContainers.containers),
  ]);
}

/** Each circle once, from the name that comes first. */
function circles(all: ReadonlyMap<string, Needing>): string[][] {
  const found = new Map<string, string[]>();
  const left = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const index = path.indexOf(name);
    if (index >= 0) {
      const circle = path.slice(index);
      const first = circle.indexOf([...circle].sort()[0] as string);
      const turned = [...circle.slice(first), ...circle.slice(0, first)];
      found.set(turned.join(" "), turned);
      return;
    }
    if (left.has(name)) return;
    for (const other of all.get(name)?.dependsOn ?? []) {
      if (all.has(other)) visit(other, [...path, name]);
    }
    left.add(name);
  };
  for (const name of [...all.keys()].sort()) visit(name, []);
  return [...found.values()];
}

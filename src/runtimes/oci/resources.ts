/**
 * How much of the host an OCI container may use. Podman runs it in its unit's control group: the unit's properties hold
 * for it. Docker runs it below dockerd: in a slice of ours, whose properties those are. So one and the same systemd does
 * it for both, with all that it can, and takes over changes in place.
 */
import { escapeName, literal, type Unit, type UnitSection } from "../../units/index.ts";
import { resourceProperties } from "../resources.ts";
import type { OciContainer } from "./container.ts";
import type { Engine } from "./engine.ts";

type Limited = Pick<OciContainer, "name" | "unit" | "resources">;
type Engines = Pick<Engine, "can">;

const hasAny = ({ resources }: Limited): boolean => Object.keys(resourceProperties(resources)).length > 0;

/** For [Service]. */
export const resourceSection = ({ can }: Engines, { resources }: Limited): UnitSection =>
  can.has("own-cgroup") ? resourceProperties(resources) : {};

/** `-` in the name of a slice means the one above it, which would be another container's. */
const slice = ({ unit }: Limited): string => `stowage-${escapeName(unit.replace(/\.service$/, ""))}.slice`;

/** Nothing for a container without limits. */
export function resourceUnits({ can }: Engines, container: Limited): Unit[] {
  if (can.has("own-cgroup") || !hasAny(container)) return [];
  return [
    {
      name: slice(container),
      sections: {
        Unit: {
          Description: literal(`Resources of OCI container '${container.name}'`),
          // The engine's scopes need it; without any it would stay.
          StopWhenUnneeded: true,
        },
        Slice: resourceProperties(container.resources),
      },
    },
  ];
}

/** Podman's own limit of processes would be another one, below the unit's; docker is told of the slice. */
export function resourceArguments(container: Limited & Pick<OciContainer, "engine">): string[] {
  if (container.engine === "docker") return hasAny(container) ? [`--cgroup-parent=${slice(container)}`] : [];
  return (container.resources?.pidsMax ?? null) === null ? [] : ["--pids-limit=0"];
}

/**
 * Networks, volumes and pods of OCI containers: each a oneshot that those which name it require. Its program touches
 * nothing that it has not made: what is ours has a label, which says also by which definition.
 */
import { hash } from "node:crypto";
import type { Layout } from "../../store/layout.ts";
import { literal, type Unit, type UnitSection } from "../../units/index.ts";
import type { RunAs } from "./container.ts";
import { engineOf } from "./engines.ts";
import { networkArguments } from "./network.ts";
import { objectProgram, objectProgramFile } from "./object-program.ts";
import { type OciObject, objectUnit } from "./object-value.ts";
import { podArguments } from "./pod.ts";
import { ownerEnvironment, ownerNeeds, ownerOptions, ownerService, userUnits } from "./rootless.ts";
import { volumeArguments } from "./volume.ts";

export interface ObjectParts {
  readonly units: readonly Unit[];
  /** Target by link below the unit directory. */
  readonly unitLinks: Readonly<Record<string, string>>;
  readonly files: readonly (readonly [path: string, text: string])[];
}

/**
 * Nothing where there are none.
 * @param owners of containers: what podman has for each user
 */
export function objectParts(layout: Layout, objects: readonly OciObject[], owners: readonly RunAs[]): ObjectParts {
  // Containers start what they name; who starts it for nobody is the host's boot.
  const alone = objects.filter(({ used }) => !used).map(objectUnit);
  return {
    units: [...userUnits(owners), ...objects.map((object) => objectService(layout, object))],
    unitLinks: Object.fromEntries(alone.map((unit) => [`multi-user.target.wants/${unit}`, `../${unit}`])),
    files: objects.length === 0 ? [] : [[objectProgramFile(layout), objectProgram]],
  };
}

function objectService(layout: Layout, object: OciObject): Unit {
  const { kind, name, engine, owner } = object;
  const command = (verb: "make" | "remove", further: readonly string[]) => ({
    exec: [
      "/bin/sh",
      objectProgramFile(layout),
      verb,
      engineOf(engine).program,
      ownerOptions(owner).join(" "),
      kind,
      name,
      ...further,
    ],
  });
  const create = createArguments(object);
  const definition = hash("sha256", JSON.stringify(create)).slice(0, 16);
  const environment = ownerEnvironment(owner);
  return {
    name: objectUnit(object),
    sections: {
      Unit: {
        Description: literal(`${titles[kind]} '${name}' of OCI containers`),
        ...(kind === "pod" ? {} : lastsOverBoots),
        ...dependencies(object),
      },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        ...ownerService(owner),
        ...(environment.length > 0 && { Environment: environment }),
        // A pod's containers get control groups of their own below it.
        ...(kind === "pod" && { Delegate: true, TimeoutStopSec: "2min" }),
        ExecStart: command("make", [definition, ...create]),
        // What a volume keeps is nobody's to delete but a person's.
        ...(kind !== "volume" && { ExecStop: command("remove", [definition]) }),
      },
    },
  };
}

/** Engines keep it: at shutdown it stays as it is, with the subnet that it was given. */
const lastsOverBoots: UnitSection = { DefaultDependencies: false };

function dependencies(object: OciObject): UnitSection {
  const { kind, engine, owner } = object;
  const needs = kind === "pod" ? [...ownerNeeds(owner), ...object.needs] : [];
  // Not required: an engine that is started anew still has them, and what shutdown stops would stop them, too.
  const wanted = [...engineOf(engine).needs, ...(kind === "pod" ? [] : ownerNeeds(owner))];
  const after = [...(kind === "pod" ? [] : ["basic.target"]), ...wanted, ...needs];
  return {
    ...(needs.length > 0 && { Requires: needs.join(" ") }),
    ...(wanted.length > 0 && { Wants: wanted.join(" ") }),
    ...(after.length > 0 && { After: after.join(" ") }),
  };
}

function createArguments(object: OciObject): string[] {
  const { labels, extraOptions } = object;
  return [
    ...ownArguments(object),
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    ...extraOptions,
  ];
}

function ownArguments(object: OciObject): string[] {
  switch (object.kind) {
    case "network":
      return networkArguments(object);
    case "volume":
      return volumeArguments(object);
    case "pod":
      return podArguments(object);
  }
}

const titles = { network: "Network", volume: "Volume", pod: "Pod" } as const;

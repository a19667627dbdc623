/** An OCI container as parts of a generation: pure, and all that the compiler calls. */
import type { ContainerPart } from "../../compile/generation.ts";
import type { Layout } from "../../store/layout.ts";
import type { Unit } from "../../units/index.ts";
import { healthUnit } from "../health.ts";
import { secretParts } from "../secrets.ts";
import type { OciContainer } from "./container.ts";
import { engineOf } from "./engines.ts";
import { healthParts } from "./health.ts";
import { ociParameters } from "./parameters.ts";
import { publishedPorts } from "./published.ts";
import { resourceUnits } from "./resources.ts";
import { ociService } from "./service.ts";

export interface OciParts {
  readonly part: ContainerPart;
  readonly units: readonly Unit[];
  /** Target by link below the unit directory. */
  readonly unitLinks: Readonly<Record<string, string>>;
  readonly files: readonly (readonly [path: string, text: string])[];
}

export function ociParts(layout: Layout, container: OciContainer): OciParts {
  const { unit, autoStart } = container;
  const engine = engineOf(container.engine);
  const service = ociService(layout, engine, container);
  const health = healthParts(layout, engine, container, service.sections.Service ?? {});
  const further = [...resourceUnits(engine, container), ...health.units];
  return {
    part: { ...containerPart(container), companions: further.map(({ name }) => name) },
    units: [service, ...further],
    unitLinks: autoStart ? { [`multi-user.target.wants/${unit}`]: `../${unit}` } : {},
    files: [ociParameters(layout, container), ...health.files],
  };
}

function containerPart(container: OciContainer): ContainerPart {
  const { name, unit, trustedBecause } = container;
  return {
    name,
    kind: "oci",
    unit,
    companions: [],
    isolation: trustedBecause.length > 0 ? "trusted" : "isolated",
    trustedBecause,
    autoStart: container.autoStart,
    // What it keeps is in volumes, which are not its own.
    ephemeral: true,
    onChange: "auto",
    dependsOn: container.dependsOn,
    system: null,
    packages: null,
    path: null,
    mapped: [],
    addresses: container.place === null ? [] : [container.place.address],
    ports: publishedPorts(container),
    ...secretParts(container.secrets),
    ...(container.health !== null && { health: healthUnit(name) }),
    oci: container.recipe,
  };
}

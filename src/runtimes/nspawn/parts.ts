/** A container as parts of a generation: pure, and all that the compiler calls. */
import type { ContainerPart } from "../../compile/generation.ts";
import { deviceUnit, type Link, localAddress } from "../../network/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { Unit } from "../../units/index.ts";
import { healthFiles, healthService, healthUnit } from "../health.ts";
import { secretParts } from "../secrets.ts";
import {
  containerUnit,
  forwardsOf,
  isIsolated,
  isShifted,
  linksOf,
  type Networked,
  ownNetwork,
  type SystemContainer,
} from "./container.ts";
import { createdFiles } from "./created.ts";
import { forwardUnits } from "./forward.ts";
import { checkedContainer } from "./health.ts";
import { mergeService } from "./merge.ts";
import { hostInterfaces, netParts } from "./net.ts";
import { nixFiles } from "./nix.ts";
import { parameters, parametersFile } from "./parameters.ts";
import type { FileText } from "./paths.ts";
import { containerService } from "./service.ts";

export interface Parts {
  readonly part: ContainerPart;
  readonly units: readonly Unit[];
  /** Target by link below the unit directory. */
  readonly unitLinks: Readonly<Record<string, string>>;
  /** Absolute path and text, without our mark. */
  readonly files: readonly FileText[];
  /** Of which files the texts are in a unit's X-Restart-Triggers: {@link restartTriggers} of each list. */
  readonly triggers: readonly (readonly FileText[])[];
}

/** @param made bridges of the host that units of ours make: containers come after those, not after their devices */
export function containerParts(
  layout: Layout,
  container: SystemContainer,
  made: ReadonlySet<string> = new Set(),
): Parts {
  const net = netParts(layout, container);
  const merge = mergeService(layout, container);
  const forwards = forwardUnits(container);
  const sockets = forwards.map((unit) => unit.name).filter((name) => name.endsWith(".socket"));
  const checked = checkedContainer(container);
  const health = checked === null ? [] : [healthService(layout, checked)];
  const companions = [...(net ? [net.unit] : []), ...(merge ? [merge] : []), ...forwards, ...health];
  const created = createdFiles(layout, container);
  return {
    part: containerPart(layout, container, companions),
    units: [containerService(layout, container, sockets), ...companions],
    unitLinks: container.autoStart ? linksAtBoot(container, made) : {},
    files: [
      ...(net?.files ?? []),
      ...created,
      ...nixFiles(container),
      [parametersFile(layout, container.name), parameters(layout, container)],
      ...(checked === null ? [] : healthFiles(layout, container.name)),
    ],
    triggers: [net?.files ?? [], created].filter((files) => files.length > 0),
  };
}

/** Of a container that starts with the host, and of the interfaces that it waits for. */
export const linksAtBoot = (container: Networked, made: ReadonlySet<string>): Record<string, string> =>
  Object.fromEntries([containerUnit(container.name), ...devices(container, made)].map(wantedAtBoot));

/** At boot interfaces come when they come. A start by hand does not wait for one that is not there. */
function devices(container: Networked, made: ReadonlySet<string>): string[] {
  const network = ownNetwork(container);
  const interfaces = network === null ? [] : hostInterfaces(network).filter((name) => !made.has(name));
  return interfaces.map(deviceUnit);
}

const wantedAtBoot = (unit: string): [link: string, target: string] => [`machines.target.wants/${unit}`, `../${unit}`];

function containerPart(layout: Layout, container: SystemContainer, companions: readonly Unit[]): ContainerPart {
  const { name, system, autoStart, ephemeral } = container;
  const network = ownNetwork(container);
  const needed = network === null ? [] : [...network.macvlans.map(({ parent }) => parent), ...network.interfaces];
  return {
    name,
    kind: "system",
    unit: containerUnit(name),
    companions: companions.map((unit) => unit.name),
    isolation: isIsolated(container) ? "isolated" : "trusted",
    trustedBecause: container.trust,
    autoStart,
    ephemeral,
    onChange: container.restartIfChanged || container.onChange === "reload" ? container.onChange : "none",
    dependsOn: container.dependsOn,
    system: system.kind === "toplevel" ? system.toplevel : null,
    packages: system.kind === "toplevel" ? system.packages : null,
    path: system.kind === "path" ? system.path : null,
    flake: system.kind === "path" ? (system.flake ?? null) : null,
    mapped: mappedPaths(layout, container),
    addresses: linksOf(container).flatMap(addresses),
    ...(needed.length > 0 && { hostInterfaces: [...new Set(needed)] }),
    ports: forwardsOf(container).map(({ protocol, hostPort, containerPort, hostAddress, interface: by }) => ({
      container: name,
      protocol,
      hostPort,
      containerPort,
      ...(hostAddress !== null && { address: hostAddress.address }),
      ...(by !== null && { interface: by }),
    })),
    ...(container.health !== null && { health: healthUnit(name) }),
    ...secretParts(container.secrets),
  };
}

/** The state directory has the root, and the packages in the store. */
const mappedPaths = (layout: Layout, container: SystemContainer): string[] =>
  isShifted(container)
    ? [layout.state, ...container.binds.filter(({ idmap }) => idmap).map(({ source }) => source)]
    : [];

const addresses = (link: Link): string[] =>
  ([4, 6] as const).flatMap((family) => localAddress(link, family)?.address ?? []);

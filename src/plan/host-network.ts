/**
 * What the plan does about the host's own network beside writing units: bridges that are gone or have lost ports, and
 * network managers that run and must read our files.
 */
import type { Generation } from "../compile/generation.ts";
import type { Problem } from "../error.ts";
import { bridgeUnit, portsIn, restoredBridge, restoreUnit } from "../network/index.ts";
import type { Layout } from "../store/layout.ts";
import { isUp, runningIn } from "./decide.ts";
import type { FileChange } from "./files.ts";
import type { Observed } from "./plan.ts";
import type { Subject } from "./subject.ts";

interface RestoredBridge {
  readonly name: string;
  /** Made by a unit of ours. */
  readonly isOurs: boolean;
  readonly ports: readonly string[];
}

function bridgesIn(next: Generation, layout: Layout): RestoredBridge[] {
  return Object.entries(next.files).flatMap(([path, file]) => {
    const name = restoredBridge(layout.etc, path);
    return name === null
      ? []
      : [{ name, isOurs: Object.hasOwn(next.units, bridgeUnit(name)), ports: portsIn(file.text) }];
  });
}

/** Every interface of the host that matters to {@link bridgeSubjects}. */
export function observedInterfaces(next: Generation, layout: Layout): string[] {
  return bridgesIn(next, layout).flatMap(({ name, ports }) => [name, ...ports]);
}

const isActive = (observed: Observed, unit: string): boolean => isUp(runningIn(observed.units, unit));

/** Repairs: what units say is there, and is not. */
export function bridgeSubjects(next: Generation, observed: Observed, layout: Layout): Subject[] {
  const masters = observed.interfaces ?? {};
  return bridgesIn(next, layout).flatMap(({ name, isOurs, ports }): Subject[] => {
    if (!Object.hasOwn(masters, name)) {
      const unit = bridgeUnit(name);
      return isOurs && isActive(observed, unit)
        ? [{ unit, decision: "restart", because: `${name} is gone`, isAlone: true }]
        : [];
    }
    // A port of another bridge is somebody's decision, or a link that is about to be made anew.
    const lost = ports.filter((port) => masters[port] === null);
    if (lost.length === 0 || (isOurs && !isActive(observed, bridgeUnit(name)))) return [];
    const because = `${lost.join(", ")} ${lost.length === 1 ? "is" : "are"} no longer on ${name}`;
    return [{ unit: restoreUnit(name), decision: "start", because, isAlone: true }];
  });
}

/** Bridges that somebody else made under the name of one of ours. */
export function bridgesInTheWay(next: Generation, observed: Observed, layout: Layout): Problem[] {
  return bridgesIn(next, layout)
    .filter(({ name, isOurs }) => isOurs && Object.hasOwn(observed.interfaces ?? {}, name))
    .filter(({ name }) => !isActive(observed, bridgeUnit(name)))
    .map(({ name }) => ({
      code: "foreign-bridge",
      message: `the interface ${name} exists and was not made by stowage`,
      details: ["so it is neither taken over nor removed"],
      hint: `remove networking.bridges.${name} to use it as it is, or remove the interface, then switch again`,
      option: ["networking", "bridges", name],
    }));
}

/** Bridges that containers are to be on, and nobody has made so far. */
export function missingBridges(next: Generation, observed: Observed, layout: Layout): string[] {
  return bridgesIn(next, layout)
    .filter(({ name, isOurs }) => !isOurs && !Object.hasOwn(observed.interfaces ?? {}, name))
    .map(({ name }) => `there is no bridge ${name} on this host, and networking.bridges does not declare it`);
}

/** A program that sets up interfaces by itself, told by the name of its unit. */
export type NetworkManager = "systemd-networkd.service" | "NetworkManager.service";

/** Where each reads the files that tell it which interfaces are not its own. */
const managedDirectories: Readonly<Record<NetworkManager, string>> = {
  "systemd-networkd.service": "/etc/systemd/network/",
  "NetworkManager.service": "/etc/NetworkManager/",
};

export const networkManagers = Object.keys(managedDirectories) as readonly NetworkManager[];

/** Those that run, and of whose files some change. */
export function managersToReload(changes: readonly FileChange[], observed: Observed): NetworkManager[] {
  const paths = changes.flatMap(({ action }) => ("path" in action ? [action.path] : []));
  return networkManagers.filter(
    (manager) => isActive(observed, manager) && paths.some((path) => path.startsWith(managedDirectories[manager])),
  );
}

/** `container@<name>.service`: the container itself. */
import { namespacePath } from "../../network/index.ts";
import { type Layout, runtimeRoot, storeDir } from "../../store/layout.ts";
import { type Exec, literal, pathWord, type Unit, type UnitSection, type UnitValue } from "../../units/index.ts";
import { resourceProperties } from "../resources.ts";
import { loadCredentials } from "../secrets.ts";
import { bootCommand } from "./arguments.ts";
import {
  containerUnit,
  hasMerge,
  isShifted,
  mergeUnit,
  netUnit,
  ownNetwork,
  type SystemContainer,
  sysctlUnit,
} from "./container.ts";
import { createCommand, createdFiles } from "./created.ts";
import { copyCommands, deviceAllow, uncopyCommands } from "./devices.ts";
import { seedCommands } from "./ephemeral.ts";
import { givenExists, givenLinks } from "./given.ts";
import { healthWants, startAndReadiness } from "./health.ts";
import { nameUnits } from "./names.ts";
import { isNix, nixDirectories, nixPlaces } from "./nix.ts";
import { belowRun, emptyDir, emptyDirs, rootDir, rootDirs } from "./paths.ts";
import { dropsDebug, quietly } from "./quietly.ts";
import { reloadCommands } from "./reload.ts";
import { restartTriggers } from "./triggers.ts";

/** @param sockets units that pass on connections which nft cannot: started and stopped with the container */
export function containerService(layout: Layout, container: SystemContainer, sockets: readonly string[]): Unit {
  return {
    name: containerUnit(container.name),
    sections: { Unit: unitSection(layout, container, sockets), Service: serviceSection(layout, container) },
  };
}

function unitSection(layout: Layout, container: SystemContainer, sockets: readonly string[]): UnitSection {
  const { name } = container;
  const net = ownNetwork(container) !== null ? [netUnit(name)] : [];
  const merge = hasMerge(container) ? [mergeUnit(name)] : [];
  const created = createdFiles(layout, container).map(([, text]) => text);
  const needed = container.needs;
  return {
    Description: literal(`Container '${name}'`),
    Wants: ["network.target", sysctlUnit, ...nameUnits(container), ...sockets, ...healthWants(container)].join(" "),
    After: ["network.target", sysctlUnit, ...nameUnits(container), ...net, ...merge, ...needed].join(" "),
    ...(net.length > 0 && { BindsTo: net.join(" ") }),
    ...(merge.length + needed.length > 0 && { Requires: [...merge, ...needed].join(" ") }),
    RequiresMountsFor: mountsFor(layout, container),
    AssertPathIsSymbolicLink: [
      ...noPlantedLinks(layout, container),
      ...noPlantedSources(container),
      ...givenLinks(container),
    ],
    ...givenExists(container),
    StartLimitIntervalSec: noStartLimit.StartLimitIntervalSec,
    ...(created.length > 0 && restartTriggers(created)),
    ...(container.restartIfChanged ? {} : { "X-RestartIfChanged": false }),
  };
}

function serviceSection(layout: Layout, container: SystemContainer): UnitSection {
  const { ExecStartPost, ...start } = startAndReadiness(layout, container);
  return {
    Type: "notify",
    NotifyAccess: "all",
    SyslogIdentifier: `container ${container.name}`,
    LogLevelMax: dropsDebug.LogLevelMax,
    Slice: "machine.slice",
    Delegate: true,
    TasksMax: 16384,
    ...resourceProperties(container.resources),
    KillMode: "mixed",
    ...start,
    TimeoutStopSec: "1min",
    Restart: "on-failure",
    // Long enough that a container that cannot start is no load.
    RestartSec: "1s",
    // 133: the init inside asked for a reboot.
    RestartForceExitStatus: 133,
    SuccessExitStatus: 133,
    Environment: apiFileSystems(container),
    PrivateMounts: nspawnSandbox.PrivateMounts,
    DevicePolicy: nspawnSandbox.DevicePolicy,
    DeviceAllow: [...nspawnDevices, ...deviceAllow(container)],
    ...joinedNamespace(container),
    ...runtimeDirectories(layout, container),
    ...loadCredentials(container.secrets),
    ...startPre(layout, container),
    ...reloadCommands(layout, container),
    ExecStart: { exec: bootCommand(layout, container) },
    ...(ExecStartPost !== undefined && { ExecStartPost }),
    // machined keeps a dead registration for as long as the unit is not inactive; every automatic restart then fails.
    ExecStopPost: [unregisterMachine(container.name), ...uncopyCommands(layout, container)].map(quietly),
  };
}

/**
 * A network that is its own and its root's to rule: /proc/sys/net is writable, as systemd-nspawn has it with a network of
 * its making. In a user namespace it refuses, and rightly: the network is the host's users'.
 */
function apiFileSystems(container: SystemContainer): UnitValue {
  if (container.users.kind !== "none" || ownNetwork(container) === null) return nspawnSandbox.Environment;
  return [...nspawnSandbox.Environment, "SYSTEMD_NSPAWN_API_VFS_WRITABLE=network"];
}

/** systemd enters it: systemd-nspawn (252 and 257) cannot join one together with users of its own. */
function joinedNamespace({ name, network }: SystemContainer): UnitSection {
  if (network.kind === "host") return {};
  return { NetworkNamespacePath: network.kind === "own" ? namespacePath(name) : literal(network.path) };
}

/** For a container and all that starts with it: one that is stopped and started often is still wanted. */
export const noStartLimit = { StartLimitIntervalSec: 0 } as const satisfies UnitSection;

/** Else it guesses from what it finds below /usr, which is not bound yet, and may choose cgroup v1. */
const unifiedHierarchy = "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1";

/**
 * What it says just before it ends: written to the journal by itself, journald would ask whose it is when it has ended, and
 * the line would be no unit's. What comes by standard error is the unit's whatever becomes of it.
 */
const saysAsUnit = "SYSTEMD_LOG_TARGET=console";

/** systemd 257 makes the latter two nodes in every container and fails where it may not. */
const nspawnDevices = ["char-pts rw", "/dev/net/tun rwm", "/dev/fuse rwm"];

/** What every unit that starts systemd-nspawn has. */
export const nspawnSandbox = {
  Environment: [unifiedHierarchy, saysAsUnit],
  // What it mounts on the host goes with it: one that was killed leaves a mount that systemd 257 refuses to start over.
  PrivateMounts: true,
  DevicePolicy: "closed",
  DeviceAllow: nspawnDevices,
} as const satisfies UnitSection;

/**
 * systemd-nspawn follows links at the root's top and would write outside of it. PID 1 looks just before each start,
 * when nothing of the container runs, so there is nobody who could plant one in between.
 */
export function noPlantedLinks(layout: Layout, container: SystemContainer): string[] {
  const root = `!${literal(rootDir(layout, container))}`;
  return rootDirs.map((dir) => `${root}/${dir}`);
}

/** Of bind mounts: where a container may write, it could put a link in the place of what is bound from there. */
const noPlantedSources = ({ binds }: SystemContainer): string[] => [
  ...new Set(binds.flatMap(({ plantable }) => plantable.map((path) => `!${literal(path)}`))),
];

/** An ephemeral container needs nothing of the state directory but the store. */
function mountsFor(layout: Layout, container: SystemContainer): string[] {
  const root = container.ephemeral ? [] : [rootDir(layout, container)];
  const tree = container.system.kind === "path" ? container.system.path : storeDir(layout);
  return [...new Set([...root, tree, ...nixPlaces(container), ...container.binds.map((bind) => bind.source)])].map(
    pathWord,
  );
}

function startPre(layout: Layout, container: SystemContainer): { ExecStartPre?: Exec[] } {
  const commands = [
    ...(hasUnlistedEmpty(container) ? [["/usr/bin/mkdir", "-p", emptyDir(layout, containerUnit(container.name))]] : []),
    ...(container.binds.some(({ create }) => create !== null) ? [createCommand(layout, container.name)] : []),
    ...copyCommands(layout, container),
    ...nixDirectories(layout, container),
  ].map((exec) => ({ exec }));
  const seed = container.ephemeral && !isNix(container.system) ? seedCommands(layout, container) : [];
  return commands.length + seed.length === 0 ? {} : { ExecStartPre: [...commands, ...seed] };
}

/** /usr is seen with the mode of that directory, and what is above an ephemeral root is not for everybody. */
const hasUnlistedEmpty = (container: SystemContainer): boolean => container.ephemeral && !isShifted(container);

function runtimeDirectories(layout: Layout, container: SystemContainer): UnitSection {
  const { name, ephemeral } = container;
  const directories = [
    ...(ephemeral ? [belowRun(runtimeRoot(layout, name))] : []),
    ...(isShifted(container) ? [] : emptyDirs(layout, containerUnit(name), !hasUnlistedEmpty(container))),
  ];
  if (directories.length === 0) return {};
  return { RuntimeDirectory: directories.join(" "), RuntimeDirectoryMode: ephemeral ? "0700" : "0755" };
}

const manager = ["org.freedesktop.machine1", "/org/freedesktop/machine1", "org.freedesktop.machine1.Manager"];

const unregisterMachine = (name: string): string[] => [
  "/usr/bin/busctl",
  "--quiet",
  "call",
  ...manager,
  "UnregisterMachine",
  "s",
  name,
];

/**
 * Arguments of systemd-nspawn, as lists: nothing here is unit syntax yet. Facts: systemd-nspawn(1), and the pitfalls
 * met on systemd 252 and 257 (docs/design/running-container.md).
 */
import { type Layout, storePath } from "../../store/layout.ts";
import type { Unit } from "../../units/index.ts";
import { type Bind, containerUnit, isShifted, mergeUnit, type SystemContainer, type Tmpfs } from "./container.ts";
import { copiedNode, hasCopiedNodes, shownNodes } from "./devices.ts";
import { splitFlags } from "./extra-flags.ts";
import { nameBinds } from "./names.ts";
import { initWords, isNix, nixMounts } from "./nix.ts";
import { declaredDir, emptyDir, rootDir, treeDir } from "./paths.ts";

const nspawn = "/usr/bin/systemd-nspawn";

/** Boots the container's own init and tells systemd when that is ready. */
export function bootCommand(layout: Layout, container: SystemContainer): string[] {
  return [
    nspawn,
    ...common(layout, container, containerUnit(container.name)),
    ...(isNix(container.system) ? [] : ["--boot"]),
    "--notify-ready=yes",
    // What systemd sends on stop is passed on as this: a clean shutdown, with or without machined.
    "--kill-signal=SIGRTMIN+3",
    ...capabilityArguments(container),
    // The colon at the end appends systemd's own directories.
    ...(container.system.kind === "toplevel" ? ["--setenv=SYSTEMD_UNIT_PATH=/run/declared/current/units:"] : []),
    ...deviceArguments(layout, container),
    ...nameBinds(layout, container).map(([source, target]) =>
      bindArgument({ source, target, readOnly: true, idmap: false }, false),
    ),
    ...container.binds.map((bind) => bindArgument(bind, isShifted(container))),
    // systemd-nspawn mounts parents before what is below them, whatever the order here.
    ...container.tmpfs.map(tmpfsArgument),
    // From its unit's credentials, of the same name.
    ...[...new Set(container.secrets.map(({ id }) => `--load-credential=${id}:${id}`))],
    // Last: of two that contradict each other the last one counts, and it is the user's.
    ...withInit(container),
  ];
}

/** Words among the flags that are none are for the init, and follow it. */
function withInit(container: SystemContainer): readonly string[] {
  const { flags, rest } = splitFlags(container.extraFlags);
  return [...flags, ...initWords(container), ...forwardWords(container), ...rest];
}

/**
 * The journal of an ephemeral container goes with it, so all of it is passed on to the console, which is the service's log on
 * the host. In a container journald reads the arguments of its init as the kernel's: systemd-journald.service(8).
 */
const forwarding = ["systemd.journald.forward_to_console=1", "systemd.journald.max_level_console=debug"];

const forwardWords = (container: SystemContainer): readonly string[] =>
  container.ephemeral && !isNix(container.system) ? forwarding : [];

/** Whether a container of this unit passes its journal on. */
export const forwardsJournal = (unit: Unit | undefined): boolean =>
  JSON.stringify(unit?.sections.Service?.ExecStart ?? null).includes(JSON.stringify(forwarding[0]));

/**
 * A namespace of its own comes from NetworkNamespacePath=, so that systemd-nspawn does not add CAP_NET_ADMIN by itself.
 * With users of its own it is a capability over its own view only, and PrivateNetwork= of the services inside needs it.
 */
function capabilityArguments({ users, network, tun, capabilities }: SystemContainer): string[] {
  const netAdmin = users.kind === "shifted" || network.kind === "own" || tun;
  const all = new Set([...(netAdmin ? ["CAP_NET_ADMIN"] : []), ...capabilities]);
  return all.size === 0 ? [] : [`--capability=${[...all].join(",")}`];
}

function deviceArguments(layout: Layout, container: SystemContainer): string[] {
  const copied = hasCopiedNodes(container);
  return shownNodes(container).map((node, index) => {
    const source = copied ? copiedNode(layout, container, index) : node;
    return bindArgument({ source, target: node, readOnly: false, idmap: copied }, copied);
  });
}

/** Without options systemd-nspawn makes it 0755; with some that say nothing of it, it would be everybody's. */
function tmpfsArgument({ target, options }: Tmpfs): string {
  const mode = options === "" || /(^|,)mode=/.test(options) ? [] : ["mode=0755"];
  const all = [options, ...mode].filter((option) => option !== "").join(",");
  return `--tmpfs=${escapeColons(target)}${all === "" ? "" : `:${all}`}`;
}

/** It writes files, changes owners and adds accounts: what could open the host to a trusted container's root, it needs not. */
const notForActivate = (
  "SYS_ADMIN SYS_BOOT SYS_PTRACE SYS_TTY_CONFIG SYS_RESOURCE SYS_NICE MKNOD NET_ADMIN NET_RAW NET_BIND_SERVICE " +
  "NET_BROADCAST IPC_OWNER LEASE AUDIT_CONTROL"
)
  .split(" ")
  .map((word) => `CAP_${word}`);

/**
 * Runs the toplevel's `activate` in the root, as confined as the container itself: it works on the container's files.
 * @param seed what new roots of these packages begin with, shown to it at /run/seed
 */
export function activateCommand(layout: Layout, container: SystemContainer, seed: string): string[] {
  return [
    nspawn,
    ...common(layout, container, mergeUnit(container.name)),
    "--as-pid2",
    "--register=no",
    "--private-network",
    "--no-new-privileges=yes",
    `--drop-capability=${notForActivate.join(",")}`,
    sharedArgument(layout, container, mergeUnit(container.name), seed, "/run/seed"),
    "/run/declared/current/activate",
  ];
}

function common(layout: Layout, container: SystemContainer, unit: string): string[] {
  return [
    "--quiet",
    "--keep-unit",
    // A file in /etc/systemd/nspawn could change everything said here.
    "--settings=no",
    `--machine=${container.name}`,
    `--directory=${rootDir(layout, container)}`,
    ...userArguments(container),
    ...systemArguments(layout, container, unit),
    ...declaredArguments(layout, container),
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
  ];
}

/**
 * What is on disk belongs to the host's numbers, whatever ids the container has while it runs: nothing has to change where
 * systemd-nspawn picks others than the last time. In memory the root is new at each start, and file systems in memory
 * cannot be mapped before Linux 6.3: there the ids may be written.
 */
function userArguments({ users, ephemeral }: SystemContainer): string[] {
  if (users.kind === "none") return [];
  if (users.kind === "identity") return ["--private-users=identity"];
  const range = users.base === null ? "pick" : `${users.base}:65536`;
  return [`--private-users=${range}`, `--private-users-ownership=${ephemeral ? "auto" : "map"}`];
}

function systemArguments(layout: Layout, container: SystemContainer, unit: string): string[] {
  if (!isNix(container.system)) {
    return [sharedArgument(layout, container, unit, `${treeDir(layout, container)}/usr`, "/usr")];
  }
  return nixMounts(container).map(({ source, target, access }) =>
    access === "shared"
      ? sharedArgument(layout, container, unit, source, target)
      : bindArgument({ source, target, readOnly: access === "seen", idmap: true }, isShifted(container)),
  );
}

/**
 * What others share: of the store, or a tree of the user's. Without a user namespace a bind mount could be made writable
 * again from inside; an overlay without an upper layer has a superblock of its own that cannot. With one, the overlay
 * could not be id-mapped, and the bind is locked.
 */
function sharedArgument(
  layout: Layout,
  container: SystemContainer,
  unit: string,
  source: string,
  target: string,
): string {
  if (isShifted(container)) return bindArgument({ source, target, readOnly: true, idmap: true }, true);
  return `--overlay-ro=${[source, emptyDir(layout, unit), target].map(escapeColons).join(":")}`;
}

/** A persistent container sees a directory in which the host swaps `current`; an ephemeral one its toplevel itself. */
function declaredArguments(layout: Layout, container: SystemContainer): string[] {
  if (container.system.kind === "path") return [];
  const { toplevel } = container.system;
  if (container.ephemeral && isShifted(container)) {
    const source = storePath(layout, toplevel);
    return [bindArgument({ source, target: "/run/declared/current", readOnly: true, idmap: true }, true)];
  }
  // A copy of its own: what a trusted container remounts and writes is nobody else's.
  return [
    bindArgument(
      { source: declaredDir(layout, container), target: "/run/declared", readOnly: true, idmap: true },
      isShifted(container),
    ),
  ];
}

/** `:idmap` only with a user namespace: without one systemd-nspawn fails (EINVAL). */
export function bindArgument(bind: Pick<Bind, "source" | "target" | "readOnly" | "idmap">, shifted: boolean): string {
  const paths = `${escapeColons(bind.source)}:${escapeColons(bind.target)}`;
  return `--bind${bind.readOnly ? "-ro" : ""}=${paths}${shifted && bind.idmap ? ":idmap" : ""}`;
}

/** systemd-nspawn's own syntax of paths, before any of the unit file's. */
const escapeColons = (path: string): string => path.replaceAll("\\", "\\\\").replaceAll(":", "\\:");

/** Whether a container is isolated, and if not, why not. */
import { posix } from "node:path";
import type { ContainerConfig, HostConfig } from "../options/index.ts";
import { openingFlags, type UserNamespace } from "../runtimes/nspawn/index.ts";
import type { Layout } from "../store/layout.ts";
import { ociTrust } from "./oci/trust.ts";
import { foreignWriting, plainPath } from "./plantable.ts";
import { foreignNetwork, reasonsForTrust, usersFor } from "./users.ts";

/** Each as the end of "it is trusted: ". None: its root is nobody on the host, and has nothing that opens the host to it. */
export function trustOf(name: string, config: HostConfig, users: UserNamespace, layout: Layout): string[] {
  const container = config.containers[name];
  if (container === undefined) throw new Error(`no container ${name}`);
  return [
    ...usersReasons(container, users),
    // Users of its own do not shut that.
    ...(users.kind === "shifted" ? foreignNetwork(container) : []),
    ...openingFlags(container.extraFlags).map((flag) => `its extraFlags have ${flag}`),
    ...container.allowedDevices.filter(({ node }) => !isTame(node)).map(({ node }) => `it has the device ${node}`),
    ...bindReasons(container, layout),
    ...foreignWriting(name, config),
  ];
}

/** What is called isolated or trusted before there is a generation; null: no such container of that kind. */
export function isolationOf(name: string, config: HostConfig, layout: Layout, kind: "system" | "oci" = "system") {
  const all = kind === "oci" ? config.ociContainers.containers : config.containers;
  const container = Object.hasOwn(all, name) ? all[name] : undefined;
  if (container === undefined) return null;
  const trustedBecause =
    "image" in container ? ociTrust(container, layout) : trustOf(name, config, usersFor(container), layout);
  return { isolation: trustedBecause.length === 0 ? "isolated" : "trusted", trustedBecause } as const;
}

function usersReasons(container: ContainerConfig, users: UserNamespace): string[] {
  if (users.kind === "shifted") return [];
  return container.privateUsers === null
    ? reasonsForTrust(container)
    : [`its privateUsers is ${JSON.stringify(container.privateUsers)}`];
}

/** Devices by which nothing of the host can be read or changed that is not the device's own. */
export const isTame = (node: string): boolean =>
  /^\/dev\/(fuse|kvm|net\/tun|null|zero|full|random|urandom|tty(USB|ACM|AMA|S)\d+|serial\/.+|dri\/.+|snd\/.+|video\d+|nvidia.*)$/.test(
    posix.normalize(node),
  );

/** Whoever writes these, or what is above or below them, rules the host. */
const ruling = [
  "/etc",
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib64",
  "/boot",
  "/root",
  "/var/spool/cron",
  "/var/lib/systemd",
  ...["/var/lib/containers/storage", "/var/lib/docker"],
];
/** Whoever sees these can connect to what rules the host, also where it cannot write. */
const sockets = [
  ...["/run/systemd", "/run/dbus", "/run/docker.sock", "/run/podman", "/run/containerd", "/run/libvirt", "/run/crio"],
  ...["/var/run/docker.sock", "/var/run/dbus", "/var/run/systemd"],
];

const tops = new Set([...ruling, ...sockets].map((path) => topOf(path)));

function bindReasons({ bindMounts }: ContainerConfig, layout: Layout): string[] {
  const opening = [...ruling, layout.state, layout.etc];
  return Object.values(bindMounts).flatMap(({ mountPoint, hostPath, isReadOnly, idmap }) => {
    const source = plainPath(hostPath ?? mountPoint);
    // Without a map all of it belongs to nobody, and to the container least of all.
    if (!idmap || isApart(source, layout)) return [];
    return reasonsOf(source, isReadOnly, opening);
  });
}

/** Why what an engine mounts from a path, which it takes with `..` in it, opens the host. */
export function opensHost(path: string, isReadOnly: boolean, layout: Layout): string[] {
  const source = plainPath(posix.normalize(path));
  // Of a directory all that is in it.
  if (isTame(source) || isTame(`${source}/all`)) return [];
  const kernel = ["/proc", "/sys", "/dev"];
  return reasonsOf(source, isReadOnly, [...ruling, ...kernel, layout.state, layout.etc, layout.run]);
}

function reasonsOf(source: string, isReadOnly: boolean, opening: readonly string[]): string[] {
  if (sockets.some((path) => overlaps(source, path))) return [`it sees ${source} of the host`];
  return !isReadOnly && opening.some((path) => overlaps(source, path)) ? [`it may write to ${source} of the host`] : [];
}

/** What overlaps begins with the same directory: nearly all sources need no closer look. */
function isApart(source: string, layout: Layout): boolean {
  const top = topOf(source);
  return source !== "/" && !tops.has(top) && top !== topOf(layout.state) && top !== topOf(layout.etc);
}

/** `/srv/data` → `/srv`. */
function topOf(path: string): string {
  const end = path.indexOf("/", 1);
  return end < 0 ? path : path.slice(0, end);
}

const overlaps = (a: string, b: string): boolean => isWithin(a, b) || isWithin(b, a);
/** Without making a text: each bind mount is compared with some twenty paths, both ways. */
const isWithin = (path: string, above: string): boolean =>
  above === "/" || (path.startsWith(above) && (path.length === above.length || path[above.length] === "/"));

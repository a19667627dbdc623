/**
 * A system of Nix in a container: the store that all share, what Nix keeps for this container alone, and how its init is
 * started. The effects are those of NixOS's containers.
 */
import type { Layout } from "../../store/layout.ts";
import {
  gcRootFile,
  gcRootsOf,
  nixDaemonSocket,
  nixDatabase,
  nixGcRoots,
  nixProfiles,
  nixStore,
  perContainerDirs,
  profilesOf,
  systemLayout,
} from "../../store/nix-places.ts";
import type { ContainerSystem, SystemContainer } from "./container.ts";
import { rootDir, rootDirs } from "./paths.ts";

type PathSystem = Extract<ContainerSystem, { kind: "path" }>;
type NixSystem = PathSystem & { readonly path: `/nix/${string}` };

export const isNix = (system: ContainerSystem): system is NixSystem =>
  system.kind === "path" && systemLayout(system.path) === "nix";

export interface NixMount {
  readonly source: string;
  readonly target: string;
  /**
   * - `shared`: others use it too, so it must not become writable in any way.
   * - `seen`: read-only; something on the host changes it while the container runs.
   * - `own`: the container writes to it.
   */
  readonly access: "shared" | "seen" | "own";
}

/** Where a profile of the host's appears that the container has no path to. */
const hostSystem = "/run/host-system";

export function nixMounts({ name, system }: SystemContainer): NixMount[] {
  if (!isNix(system)) return [];
  const hidden = pathInside(name, system.path) === hostSystem;
  return [
    { source: nixStore, target: nixStore, access: "shared" },
    { source: nixDatabase, target: nixDatabase, access: "seen" },
    { source: nixDaemonSocket, target: nixDaemonSocket, access: "seen" },
    ...ownDirectories(name, system.path).map(([source, target]) => ({ source, target, access: "own" }) as const),
    // Of a link, systemd-nspawn binds what it leads to at that moment.
    ...(hidden ? [{ source: system.path, target: hostSystem, access: "shared" } as const] : []),
  ];
}

/** What is started as PID 1; nothing for systems that systemd-nspawn finds an init in. */
export const initWords = ({ name, system }: SystemContainer): string[] =>
  isNix(system) ? [`${pathInside(name, system.path)}/init`] : [];

/** The container has profiles of its own at the place of the host's; the store is the same on both sides. */
function pathInside(name: string, path: string): string {
  if (path.startsWith(`${nixStore}/`)) return path;
  const own = `${profilesOf(name)}/`;
  return path.startsWith(own) ? `${nixProfiles}/${path.slice(own.length)}` : hostSystem;
}

/**
 * Everything that is bound is there before systemd-nspawn looks; what is there already is left as it is. With it, so that
 * no more programs are started, the almost empty root of an ephemeral container: its init makes the rest.
 */
export function nixDirectories(layout: Layout, container: SystemContainer): string[][] {
  const { name, system } = container;
  if (!isNix(system)) return [];
  const bound = [nixDatabase, nixDaemonSocket, ...notLinks(name, system.path)];
  const root = container.ephemeral ? rootDir(layout, container) : null;
  const below = (...paths: string[]) => (root === null ? [] : paths.map((path) => `${root}${path}`));
  const install = ["/usr/bin/install", "-d", "-m"];
  const top = rootDirs.map((dir) => `/${dir}`);
  return [
    [...install, "0755", ...bound, ...below("", ...top, "/usr/bin", "/nix/store", "/nix/var/nix")],
    [...install, "0700", ...perContainerDirs, ...below("/root")],
    ...(root === null ? [] : [["/usr/bin/touch", ...below("/etc/os-release", "/etc/machine-id")]]),
  ];
}

/** Source and target. Where the directory's name is itself the profile, the container has its profiles in its root. */
function ownDirectories(name: string, path: string): [source: string, target: string][] {
  const all: [string, string][] = [
    [profilesOf(name), nixProfiles],
    [gcRootsOf(name), nixGcRoots],
  ];
  return all.filter(([source]) => source !== path);
}

const notLinks = (name: string, path: string): string[] => ownDirectories(name, path).map(([source]) => source);

/** Where a link must not be: systemd-nspawn would let the container write to what it leads to. */
export const nixAsserts = ({ name, system }: SystemContainer): string[] =>
  isNix(system) ? notLinks(name, system.path) : [];

/** What must be mounted, besides the system's own path. */
export const nixPlaces = ({ system }: SystemContainer): string[] =>
  isNix(system) ? [nixStore, nixProfiles, nixGcRoots] : [];

/**
 * The running container takes over the system that its path names now. Not where the path is a profile that the container
 * does not see: what is bound there is what it was at the start.
 */
export function nixReload({ name, system }: SystemContainer): string[] | null {
  if (!isNix(system)) return null;
  const inside = pathInside(name, system.path);
  if (inside === hostSystem) return null;
  const run = ["--quiet", "--pipe", "--wait", "--collect", "--service-type=exec", "--uid=root"];
  const program = `${inside}/bin/switch-to-configuration`;
  return ["/usr/bin/systemd-run", `--machine=${name}`, ...run, "--", program, "test"];
}

/** A store path that only a configuration names would be garbage to Nix. A profile keeps its systems by itself. */
export function nixFiles({ system }: Pick<SystemContainer, "system">): [path: string, text: string][] {
  const file = isNix(system) ? gcRootFile(system.path) : null;
  return file === null ? [] : [[file, ""]];
}

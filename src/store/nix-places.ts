/**
 * Where Nix keeps things, and what of it belongs to one container: the places of NixOS's `nixos-container`.
 * A value and pure functions over it: nothing here touches the disk.
 */

export const nixStore = "/nix/store";
export const nixDatabase = "/nix/var/nix/db";
export const nixDaemonSocket = "/nix/var/nix/daemon-socket";
export const nixProfiles = "/nix/var/nix/profiles";
export const nixGcRoots = "/nix/var/nix/gcroots";

/** Of all containers. Mode 0700: what a container's root makes setuid in its part must not be run by users of the host. */
export const perContainerDirs: readonly string[] = [`${nixProfiles}/per-container`, `${nixGcRoots}/per-container`];

/** What the container sees as its own /nix/var/nix/profiles, and may write to. */
export const profilesOf = (container: string): string => `${nixProfiles}/per-container/${container}`;
/** What the container sees as its own /nix/var/nix/gcroots. */
export const gcRootsOf = (container: string): string => `${nixGcRoots}/per-container/${container}`;
/** The profile that a `flake` is built into. */
export const flakeProfile = (container: string): string => `${profilesOf(container)}/system`;

/**
 * How a system that the user gives is laid out, told by its path alone: below /nix it is one of Nix, with an `init` and
 * the store to share; anywhere else a directory tree with a `usr`.
 */
export const systemLayout = (path: string): "nix" | "tree" => (path.startsWith("/nix/") ? "nix" : "tree");

/** `/nix/store/<hash>-<name>` of a path in the store, else null. */
export function storePathOf(path: string): string | null {
  return /^\/nix\/store\/[^/]+/.exec(path)?.[0] ?? null;
}

/**
 * A file of this name keeps a store path from being collected: Nix takes regular files below gcroots for roots when they
 * are called like a store path. Links would do as well; files are what a generation lists.
 */
export function gcRootFile(path: string): string | null {
  const inStore = storePathOf(path);
  return inStore === null ? null : `${nixGcRoots}/stowage/${inStore.slice(nixStore.length + 1)}`;
}

/** What the nspawn runtime must know of a container: checked, resolved, without options. */
import type { Forward, Link } from "../../network/index.ts";
import type { StoreName } from "../../systems/recipe.ts";

export interface SystemContainer {
  readonly name: string;
  readonly system: ContainerSystem;
  readonly autoStart: boolean;
  readonly ephemeral: boolean;
  /** null: the host's network, and with it no user namespace. */
  readonly link: Link | null;
  readonly forwards: readonly Forward[];
  readonly binds: readonly Bind[];
  /** A time span of systemd.time(7). */
  readonly timeoutStartSec: string;
  readonly restartIfChanged: boolean;
}

/**
 * Made by us from a toplevel on a package tree, or a directory tree that the user built.
 * Of a `path`, `usr` is bound read-only and the container gets a root of its own, begun with the tree's `etc` and `var`.
 * Left for later: trees with another layout (a NixOS profile with /init and /nix/store), which must be bound whole.
 */
export type ContainerSystem =
  | {
      readonly kind: "toplevel";
      readonly toplevel: StoreName;
      readonly packages: StoreName;
    }
  | { readonly kind: "path"; readonly path: string };

export interface Bind {
  /** On the host. */
  readonly source: string;
  /** Inside. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** With a network of its own a container has a user namespace too; without one its root is the host's root. */
export const isIsolated = (container: SystemContainer): boolean => container.link !== null;

export const containerUnit = (name: string): string => `container@${name}.service`;
export const netUnit = (name: string): string => `container-net@${name}.service`;
export const mergeUnit = (name: string): string => `container-merge@${name}.service`;
export const nftablesUnit = "stowage-nftables.service";
export const sysctlUnit = "stowage-sysctl.service";

/** A container whose root persists and is ours to fill has a merge unit. */
export const hasMerge = (container: SystemContainer): boolean =>
  container.system.kind === "toplevel" && !container.ephemeral;

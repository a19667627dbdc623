/** What the nspawn runtime must know of a container: checked, resolved, without options. */
import type { Firewall, Forward, Link, Network } from "../../network/index.ts";
import type { Resources } from "../../options/resources.ts";
import type { StoreName } from "../../systems/recipe.ts";
import type { Health } from "../health.ts";
import type { Secret } from "../secrets.ts";

export interface SystemContainer {
  readonly name: string;
  readonly system: ContainerSystem;
  readonly autoStart: boolean;
  readonly ephemeral: boolean;
  /** Names of containers that it needs. */
  readonly dependsOn: readonly string[];
  /** Their units: they must be ready before, and without them it does not run. */
  readonly needs: readonly string[];
  readonly network: ContainerNetwork;
  /** What its own network lets in; null: everything. */
  readonly firewall: Firewall | null;
  /** Kernel settings of its own network, as paths below /proc/sys; `-` before one that may be missing. */
  readonly sysctls: readonly (readonly [key: string, value: string])[];
  /** Whether it resolves names as the host does. */
  readonly copyResolvConf: boolean;
  readonly users: UserNamespace;
  /** Why it is called trusted: "it has macvlans". Empty: it is isolated. */
  readonly trust: readonly string[];
  /** On top of systemd-nspawn's own. */
  readonly capabilities: readonly string[];
  readonly tun: boolean;
  readonly devices: readonly Device[];
  readonly binds: readonly Bind[];
  readonly tmpfs: readonly Tmpfs[];
  readonly extraFlags: readonly string[];
  readonly secrets: readonly Secret[];
  readonly resources: Resources | null;
  readonly health: Health | null;
  /** A time span of systemd.time(7). */
  readonly timeoutStartSec: string;
  readonly restartIfChanged: boolean;
  readonly onChange: "auto" | "reload" | "restart" | "none";
}

/** What of a container makes a difference to what all of them share. */
export type Networked = Pick<SystemContainer, "name" | "network" | "copyResolvConf">;

/** The host's own network, one made for the container, or one that somebody else made. */
export type ContainerNetwork =
  | { readonly kind: "host" }
  | { readonly kind: "own"; readonly network: Network }
  | { readonly kind: "joined"; readonly path: string };

/**
 * - `none`, `identity`: the container's root has the host's user id 0.
 * - `shifted`: ids that nobody else has; `base` null: systemd-nspawn picks them by the container's name.
 */
export type UserNamespace =
  | { readonly kind: "none" }
  | { readonly kind: "identity" }
  | { readonly kind: "shifted"; readonly base: number | null };

export interface Device {
  readonly node: string;
  /** Of r, w, m. */
  readonly modifier: string;
}

export interface Tmpfs {
  readonly target: string;
  /** Mount options, or "". */
  readonly options: string;
}

/**
 * Made by us from a toplevel on a package tree, or by somebody else. Of such a `path`, where it is a directory tree, `usr`
 * is bound read-only, and the container gets a root of its own, begun with the tree's `etc` and `var`; for one of Nix
 * see nix.ts.
 */
export type ContainerSystem =
  | {
      readonly kind: "toplevel";
      readonly toplevel: StoreName;
      readonly packages: StoreName;
    }
  | { readonly kind: "path"; readonly path: string; readonly flake?: string };

export interface Bind {
  /** On the host. */
  readonly source: string;
  /** Inside. */
  readonly target: string;
  readonly readOnly: boolean;
  /** Whether ids are the same on both sides of a user namespace. */
  readonly idmap: boolean;
  /** Made at the source, at start, where there is nothing. */
  readonly create: { readonly mode: string; readonly owner: string } | null;
  /** Parts of the source that a container may write to, and so put a link in the place of. */
  readonly plantable: readonly string[];
}

/** Its root is nobody on the host. */
export const isShifted = ({ users }: SystemContainer): boolean => users.kind === "shifted";

/** Ids and a network that are nobody else's, and nothing that opens them. Everything else is called trusted. */
export const isIsolated = ({ trust }: SystemContainer): boolean => trust.length === 0;

/** The network that its net unit makes, or null. */
export const ownNetwork = ({ network }: Networked): Network | null => (network.kind === "own" ? network.network : null);

/** Its root rules its network: nothing of the host's users is in the way. */
export const ownsNetwork = (container: SystemContainer): boolean =>
  ownNetwork(container) !== null && container.users.kind === "none";

/** It can have a firewall, whether or not it has: its rules are its system's to say, and its network's to be in. */
export const hasFirewall = (container: SystemContainer): boolean =>
  container.system.kind === "toplevel" && ownNetwork(container) !== null;

export const linksOf = (container: Networked): readonly Link[] => ownNetwork(container)?.links ?? [];

/** Its ports of the host, whatever link they lead by. */
export const forwardsOf = (container: Networked): Forward[] => linksOf(container).flatMap((link) => link.forwards);

export const containerUnit = (name: string): string => `container@${name}.service`;
export const netUnit = (name: string): string => `container-net@${name}.service`;
export const mergeUnit = (name: string): string => `container-merge@${name}.service`;
export const nftablesUnit = "stowage-nftables.service";
export const sysctlUnit = "stowage-sysctl.service";

/** A container whose root persists and is ours to fill has a merge unit. */
export const hasMerge = (container: SystemContainer): boolean =>
  container.system.kind === "toplevel" && !container.ephemeral;

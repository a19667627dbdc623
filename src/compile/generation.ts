/**
 * A Generation: every unit, file, link, hosts entry, port and system that the host should have, and so the manifest of
 * what is ours on it. A frozen, pure value; its id is the hash of its content.
 */
import type { ImageRecipe } from "../systems/images/recipe.ts";
import type { Recipe, StoreName } from "../systems/recipe.ts";
import type { Unit } from "../units/unit.ts";

/** A regular file of ours outside the unit directory. */
export interface HostFile {
  readonly text: string;
  /** Octal: "0644". */
  readonly mode: string;
  /** A person may edit it, which is no drift, and is kept; see `src/plan/files.ts`. Left out: our text is put back. */
  readonly editable?: true;
}

/** A line of the host's hosts file. */
export interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
}

/** A port of the host that leads into a container. */
export interface ForwardedPort {
  readonly container: string;
  readonly protocol: "tcp" | "udp" | "sctp";
  /** 0: one that the engine chooses when the container starts. */
  readonly hostPort: number;
  readonly containerPort: number;
  /** How many there are from these on, each leading to its like inside; left out: one. */
  readonly count?: number;
  /** Of so many from `hostPort` on the engine chooses one; left out: `hostPort` it is. */
  readonly oneOf?: number;
  /** The address of the host that it is for; left out: all. */
  readonly address?: string;
  /** The interface of the host that it is for; left out: all. */
  readonly interface?: string;
}

/** What must be known of a secret to see whether it changed; never the secret. */
export interface SecretPart {
  readonly name: string;
  /** Of the unit's credential that it is. */
  readonly credential: string;
  /** A path, or a credential of the host's. */
  readonly source: string;
  readonly encrypted: boolean;
}

/** What `list`, `status`, the planner and the seeder must know of a container beyond its units. */
export interface ContainerPart {
  readonly name: string;
  readonly kind: "system" | "oci";
  /** `container@web.service`, `podman-web.service` */
  readonly unit: string;
  /** Further units that live and die with it: network, merge, forwards. */
  readonly companions: readonly string[];
  /** "isolated": own user namespace. "trusted": container root is host root. */
  readonly isolation: "isolated" | "trusted";
  /** Why it is trusted: "it has macvlans". Empty where it is isolated. */
  readonly trustedBecause: readonly string[];
  readonly autoStart: boolean;
  readonly ephemeral: boolean;
  /** What a switch does to it where it runs and differs. "none" also for restartIfChanged = false. */
  readonly onChange: "auto" | "reload" | "restart" | "none";
  /** Names of containers that it needs. */
  readonly dependsOn: readonly string[];
  /** Store name of the toplevel, or null for a `path` system. */
  readonly system: StoreName | null;
  /** Store name of the package tree, or null for a `path` system. */
  readonly packages: StoreName | null;
  /** The `path` of a system that the user built, else null. */
  readonly path: string | null;
  /** The `flake` that is built into `path`, else null or, in generations of before, nothing. */
  readonly flake?: string | null;
  /** Paths of the host that it has id-mapped. */
  readonly mapped: readonly string[];
  /** Addresses inside, without prefix length; IPv4 first. */
  readonly addresses: readonly string[];
  /** Interfaces of the host that it gets or has macvlans on; left out where there are none. */
  readonly hostInterfaces?: readonly string[];
  readonly ports: readonly ForwardedPort[];
  /** Where its secrets come from; left out where there are none. */
  readonly secrets?: readonly SecretPart[];
  /** The unit that goes on checking its health; left out where nothing does. */
  readonly health?: string;
  /** Of an OCI container; left out for others. */
  readonly oci?: OciPart;
  /** By hand, by `stowage create`, and not by host.ts, which says nothing of it; left out where host.ts declares it. */
  readonly made?: true;
}

/** What is known of an OCI container beyond its unit: its engine, whose it is, its image with where that comes from. */
export interface OciPart extends ImageRecipe {}

export interface Generation extends Content {
  /** Of this value's shape; raised when it changes. */
  readonly format: 1;
  /** Hash of all content, hex, 32 characters. */
  readonly id: string;
  /**
   * Containers that were rolled back by themselves, and the number of the generation that each is as in. Where it comes
   * from is no part of what it is, nor of its id.
   */
  readonly asIn?: Readonly<Record<string, number>>;
  /** What was done by hand that made it; left out where host.ts did. No part of the id either. */
  readonly byHand?: ByHand;
  /** The number of the generation that it has everything from that is declared, after a rollback to that; else left out. */
  readonly declaredIn?: number;
}

/** A change of one container alone, made by hand. */
export interface ByHand {
  readonly verb: "create" | "update" | "destroy" | "rollback";
  /** Of the container. */
  readonly name: string;
}

export interface Content {
  /** By unit name. */
  readonly units: Readonly<Record<string, Unit>>;
  /** Symlinks in the unit directory: `machines.target.wants/container@web.service` → `../container@web.service`. */
  readonly unitLinks: Readonly<Record<string, string>>;
  /** By absolute path. */
  readonly files: Readonly<Record<string, HostFile>>;
  readonly hosts: readonly HostsEntry[];
  readonly ports: readonly ForwardedPort[];
  readonly containers: Readonly<Record<string, ContainerPart>>;
  /** What must be in the store, by store name, in an order in which each can be built on those before it. */
  readonly systems: Readonly<Record<StoreName, Recipe>>;
}

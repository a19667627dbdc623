/** What the checks judge, read from the machine by `observe.ts`. Plain data. */
import type { Generation } from "../compile/generation.ts";

export interface Facts {
  readonly isRoot: boolean;
  /** PID 1 is systemd. */
  readonly booted: boolean;
  readonly systemdVersion: number | null;
  /** ID and ID_LIKE of os-release(5). */
  readonly distributions: readonly string[];
  /** Whether each program of {@link programPaths} is there, by its path. */
  readonly programs: Readonly<Record<string, boolean>>;
  /** LoadState by unit, of those that matter; "masked" is what is looked for. */
  readonly loadStates: Readonly<Record<string, string>>;
  /** Units of others that are active. */
  readonly active: readonly string[];
  /** Units of ours that failed. */
  readonly failed: readonly string[];
  readonly kernel: Kernel;
  readonly forward: Forwarding;
  readonly resolver: Resolver;
  readonly state: State;
}

export interface Kernel {
  readonly release: string;
  readonly cgroup2: boolean;
  /** Controllers of cgroup v2 that systemd can use. */
  readonly controllers: readonly string[];
  readonly maxUserNamespaces: number;
  readonly inotifyInstances: number;
  readonly overlay: boolean;
  /** null: could not be tried, for want of root or of the program. */
  readonly veth: boolean | null;
  readonly macvlan: boolean | null;
  readonly nftables: boolean | null;
}

export interface Forwarding {
  /** /proc/sys/net/ipv4/ip_forward */
  readonly enabled4: boolean;
  /** Chains of the forward hook that drop what they do not accept: "ip filter FORWARD". */
  readonly dropping: readonly string[];
  /** A rule of ours stands in Docker's chain. */
  readonly acceptedByDocker: boolean;
  /** Text of /etc/dhcpcd.conf, or null. */
  readonly dhcpcd: string | null;
}

export interface Resolver {
  /** Texts of the files that name servers are taken from, in that order; null: there is none. */
  readonly sources: readonly (string | null)[];
  /** Text of /etc/nsswitch.conf, or null. */
  readonly nsswitch: string | null;
}

export interface State {
  readonly directory: string;
  /** Type of the file system that it is on. */
  readonly fileSystem: string;
  /** Bytes and inodes that are free; null where the file system does not say. */
  readonly freeBytes: number;
  readonly freeInodes: number | null;
  /** The current generation; null before the first switch, or when it cannot be read. */
  readonly generation: Generation | null;
  /** Why something of ours on disk cannot be read. */
  readonly damage: readonly string[];
  /** A switch was cut short. */
  readonly interrupted: boolean;
}

/** By what they are for; the paths are those that units of ours start. */
export const programPaths = {
  nspawn: "/usr/bin/systemd-nspawn",
  machined: "/usr/lib/systemd/systemd-machined",
  proxy: "/usr/lib/systemd/systemd-socket-proxyd",
  ip: "/usr/sbin/ip",
  nft: "/usr/sbin/nft",
  awk: "/usr/bin/awk",
} as const;

/** Containers with a network of their own, or with ports: whom forwarding concerns. */
export const containersOf = ({ state }: Facts) => Object.values(state.generation?.containers ?? {});
/** Of system containers: what an engine forwards it forwards by itself. */
export const hasPorts = (facts: Facts): boolean =>
  containersOf(facts).some(({ oci, ports }) => oci === undefined && ports.length > 0);
/** Docker lets in what is its own alone. */
export const hasPodmanPorts = (facts: Facts): boolean =>
  containersOf(facts).some(({ oci, ports }) => oci?.engine === "podman" && oci.user === "root" && ports.length > 0);

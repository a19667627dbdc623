/** What can be observed of a host's containers, in words that fit NixOS and us alike. */

export interface HostFacts {
  /** By container. */
  readonly containers: Readonly<Record<string, ContainerFacts>>;
  /** Lines of the host's hosts file. */
  readonly hosts: readonly string[];
  /** Whether multi-user.target wants machines.target. */
  readonly machinesTarget: boolean;
  /** Further units that start containers: a template for those that are made by hand. */
  readonly templates: readonly string[];
  /** Patterns or names of interfaces that network managers leave alone. */
  readonly unmanaged: readonly string[];
  readonly kernelModules: readonly string[];
}

export interface ContainerFacts {
  readonly unit: UnitFacts;
  readonly service: ServiceFacts;
  readonly isolation: IsolationFacts;
  readonly files: FileFacts;
  readonly network: NetworkFacts;
  readonly system: SystemFacts;
  /** What the parameter file says. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Arguments of systemd-nspawn that none of the above explains. */
  readonly extraFlags: readonly string[];
}

/** Without units of our own, whose effect is told elsewhere. */
export interface UnitFacts {
  readonly name: string;
  readonly description: string;
  readonly wantedBy: readonly string[];
  readonly after: readonly string[];
  readonly wants: readonly string[];
  readonly requires: readonly string[];
  /** Of mounts: "<state>" stands for the container's state directory, "<system>" for where its system is. */
  readonly mountsFor: readonly string[];
  readonly restartIfChanged: boolean;
}

export interface ServiceFacts {
  readonly type: string;
  readonly restart: string;
  readonly restartForceExitStatus: string;
  readonly successExitStatus: string;
  readonly slice: string;
  readonly delegate: boolean;
  readonly killMode: string;
  /** What systemd sends to nspawn, and nspawn then to the init inside. */
  readonly stop: string;
  readonly timeoutStart: string;
  readonly syslogIdentifier: string;
  readonly reload: boolean;
  /** Ready when the init inside is. */
  readonly ready: "inside";
  /** Of machined. */
  readonly registered: boolean;
  readonly cgroup2: boolean;
  /** All other settings of the unit, by key; "set" where the value is paths of ours. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface IsolationFacts {
  readonly devicePolicy: string;
  readonly devices: readonly string[];
  /** Device nodes that are shown to it. */
  readonly nodes: readonly string[];
  /** Beyond those that systemd-nspawn leaves to every container. */
  readonly capabilities: readonly string[];
  /** "no", "identity", "pick" or the first id. */
  readonly users: string;
}

export interface FileFacts {
  readonly root: "persistent" | "gone on stop";
  readonly binds: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];
  readonly tmpfs: readonly string[];
  readonly resolvConf: boolean;
  /** Whether the host's journalctl -m finds the container's journal. */
  readonly journal: "linked" | "not linked";
}

export interface NetworkFacts {
  readonly kind: "host" | "own" | "joined";
  /** Of a namespace that somebody else made. */
  readonly path: string | null;
  /** Pairs, by their name inside. */
  readonly links: Readonly<Record<string, LinkFacts>>;
  /** Interfaces of the host that are moved in. */
  readonly interfaces: readonly string[];
  /** "mv-eth2 on eth2" */
  readonly macvlans: readonly string[];
  /** "tcp:8080:80" */
  readonly ports: readonly string[];
}

export interface LinkFacts {
  readonly host: EndFacts & { readonly name: string; readonly bridge: string | null };
  readonly inside: EndFacts & { readonly mac: string | null };
}

export interface EndFacts {
  readonly up: boolean;
  /** With prefix length. */
  readonly addresses: readonly string[];
  /** "10.0.0.1", "default via 10.0.0.1" */
  readonly routes: readonly string[];
}

export interface SystemFacts {
  /** Where the system comes from: a path, "built" from `config`, or a flake. */
  readonly from: string;
  /** 32-bit, or null for the host's own. */
  readonly personality: string | null;
}

/** Evaluated configurations, and a lock, for tests: what is not given has the default of its option. */
import type { ContainerConfig, HostConfig, SystemConfig } from "../../src/options/index.ts";
import type { Lock } from "../../src/systems/lock.ts";
import { noServices } from "./services.ts";

type Systemd = SystemConfig["systemd"];
type Service = Systemd["services"][string];
type EtcFile = SystemConfig["environment"]["etc"][string];

export interface ShortSystem {
  readonly packages?: readonly string[];
  readonly suite?: string;
  readonly system?: Partial<Omit<SystemConfig["system"], "source">>;
  readonly hostName?: string;
  readonly extraHosts?: string;
  readonly networking?: Partial<Pick<SystemConfig["networking"], "domain" | "nameservers" | "search">>;
  readonly sysctl?: SystemConfig["boot"]["kernel"]["sysctl"];
  readonly firewall?: Partial<SystemConfig["networking"]["firewall"]>;
  readonly timeZone?: string;
  readonly i18n?: Partial<SystemConfig["i18n"]>;
  readonly pki?: Partial<SystemConfig["security"]["pki"]>;
  readonly sudo?: Partial<SystemConfig["security"]["sudo"]>;
  readonly etc?: Readonly<Record<string, Partial<EtcFile>>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly users?: Partial<SystemConfig["users"]>;
  readonly services?: Readonly<Record<string, Partial<Service>>>;
  readonly timers?: Readonly<Record<string, Partial<Systemd["timers"][string]>>>;
  readonly sockets?: Readonly<Record<string, Partial<Systemd["sockets"][string]>>>;
  readonly paths?: Readonly<Record<string, Partial<Systemd["paths"][string]>>>;
  readonly targets?: Readonly<Record<string, Partial<Systemd["targets"][string]>>>;
  readonly slices?: Readonly<Record<string, Partial<Systemd["slices"][string]>>>;
  readonly mounts?: readonly (Partial<Systemd["mounts"][number]> & { readonly where: string })[];
  readonly automounts?: readonly (Partial<Systemd["automounts"][number]> & { readonly where: string })[];
  readonly tmpfiles?: Partial<Systemd["tmpfiles"]>;
}

export type ShortContainer = Partial<Omit<ContainerConfig, "config" | "bindMounts" | "forwardPorts">> & {
  readonly config?: ShortSystem | null;
  readonly bindMounts?: Readonly<Record<string, Partial<ContainerConfig["bindMounts"][string]>>>;
  readonly forwardPorts?: readonly (Partial<ContainerConfig["forwardPorts"][number]> & { readonly hostPort: number })[];
};

export function hostConfig(containers: Readonly<Record<string, ShortContainer>>): HostConfig {
  return {
    boot: { isContainer: false, enableContainers: true },
    assertions: [],
    warnings: [],
    networking: { bridges: {}, proxy: noProxy },
    containers: mapValues(containers, containerConfig),
    ociContainers: {
      backend: "podman",
      containers: {},
      networks: {},
      volumes: {},
      pods: {},
      defaultNetwork: { enable: true, subnet: "10.87.0.0/16" },
    },
    dockerContainers: null,
  };
}

const noProxy = {
  default: null,
  httpProxy: null,
  httpsProxy: null,
  ftpProxy: null,
  rsyncProxy: null,
  allProxy: null,
  noProxy: null,
  envVars: {},
};

function containerConfig(short: ShortContainer): ContainerConfig {
  return {
    specialArgs: {},
    flake: null,
    path: null,
    autoStart: false,
    ephemeral: false,
    privateNetwork: false,
    dependsOn: [],
    hostBridge: null,
    hostAddress: null,
    localAddress: null,
    hostAddress6: null,
    localAddress6: null,
    localMacAddress: null,
    extraVeths: {},
    macvlans: [],
    interfaces: [],
    networkNamespace: null,
    copyResolvConf: true,
    tmpfs: [],
    privateUsers: null,
    additionalCapabilities: [],
    enableTun: false,
    allowedDevices: [],
    extraFlags: [],
    secrets: {},
    resources: null,
    healthcheck: null,
    timeoutStartSec: "1min",
    restartIfChanged: true,
    onChange: "auto",
    ...short,
    config: short.config === null ? null : systemConfig(short.config ?? {}),
    bindMounts: mapValues(short.bindMounts ?? {}, (mount, mountPoint) => ({
      mountPoint,
      hostPath: null,
      isReadOnly: true,
      idmap: true,
      create: null,
      ...mount,
    })),
    forwardPorts: ports(short.forwardPorts),
  };
}

type Link = ContainerConfig["extraVeths"][string];
type ShortPort = Partial<Link["forwardPorts"][number]> & { readonly hostPort: number };

const ports = (short: readonly ShortPort[] = []): Link["forwardPorts"] =>
  short.map((port) => ({ protocol: "tcp", containerPort: null, hostAddress: null, interface: null, ...port }));

/** A further link. */
export const link = (
  short: Partial<Omit<Link, "forwardPorts">> & { readonly forwardPorts?: readonly ShortPort[] },
): Link => ({
  hostBridge: null,
  hostAddress: null,
  localAddress: null,
  hostAddress6: null,
  localAddress6: null,
  localMacAddress: null,
  ...short,
  forwardPorts: ports(short.forwardPorts),
});

const noFirewall: SystemConfig["networking"]["firewall"] = {
  enable: false,
  allowedTCPPorts: [],
  allowedUDPPorts: [],
  allowedTCPPortRanges: [],
  allowedUDPPortRanges: [],
  allowPing: true,
  trustedInterfaces: [],
  rejectPackets: false,
};

function systemConfig(short: ShortSystem): SystemConfig {
  return {
    packages: [...(short.packages ?? [])],
    system: {
      source: {
        kind: "debian",
        path: null,
        suite: short.suite ?? "trixie",
        components: ["main"],
        furtherSuites: null,
        mirror: null,
        securityMirror: null,
        keyring: null,
      },
      stateVersion: "1",
      configurationName: "",
      copySystemConfiguration: false,
      extraSystemBuilderCmds: "",
      ...short.system,
    },
    services: noServices,
    specialisation: {},
    nesting: { children: [], clone: [] },
    boot: { isContainer: true, kernel: { sysctl: { ...short.sysctl } }, loader: { grub: { configurationName: "" } } },
    networking: {
      hostName: short.hostName ?? null,
      extraHosts: short.extraHosts ?? "",
      domain: null,
      nameservers: [],
      search: [],
      ...short.networking,
      firewall: { ...noFirewall, ...short.firewall },
    },
    time: { timeZone: short.timeZone ?? null },
    i18n: { defaultLocale: "C.UTF-8", extraLocaleSettings: {}, ...short.i18n },
    security: {
      pki: { certificates: [], certificateFiles: [], ...short.pki },
      sudo: { enable: false, wheelNeedsPassword: true, extraRules: [], ...short.sudo },
    },
    environment: {
      variables: { ...short.variables },
      etc: mapValues(short.etc ?? {}, (file) => ({
        enable: true,
        text: "",
        source: null,
        mode: "symlink",
        user: "root",
        group: "root",
        ...file,
      })),
    },
    systemd: systemdConfig(short),
    users: { users: {}, groups: {}, extraUsers: {}, extraGroups: {}, ...short.users },
  };
}

/** Options of units whose default is an empty list, an empty set, an empty text, nothing. */
const lists =
  "documentation wantedBy requiredBy upheldBy wants requires requisite bindsTo partOf upholds conflicts after before onFailure onSuccess aliases".split(
    " ",
  );
const none = (value: unknown, keys: string): Record<string, unknown> =>
  Object.fromEntries(keys.split(" ").map((key) => [key, structuredClone(value)]));

const unit = () => ({
  enable: true,
  overrideStrategy: "asDropinIfExists",
  description: "",
  ...none([], lists.join(" ")),
  unitConfig: {},
});
const started = () => ({ ...unit(), ...none(null, "startLimitBurst startLimitIntervalSec"), restartTriggers: [] });
const service = () => ({
  ...started(),
  ...none([], "path scriptArgs reloadTriggers startAt"),
  ...none("", "script preStart postStart preStop postStop reload"),
  ...none({}, "environment serviceConfig"),
  restartIfChanged: true,
  reloadIfChanged: false,
  stopIfChanged: true,
});

function systemdConfig(short: ShortSystem): Systemd {
  const all = <T>(given: Readonly<Record<string, T>> = {}, empty: () => object) =>
    mapValues(given, (one) => ({ ...empty(), ...one }));
  return {
    services: all(short.services, service),
    timers: all(short.timers, () => ({ ...started(), timerConfig: {} })),
    sockets: all(short.sockets, () => ({ ...started(), listenStreams: [], listenDatagrams: [], socketConfig: {} })),
    paths: all(short.paths, () => ({ ...started(), pathConfig: {} })),
    targets: all(short.targets, unit),
    slices: all(short.slices, () => ({ ...unit(), sliceConfig: {} })),
    mounts: (short.mounts ?? []).map((one) => ({
      ...started(),
      what: null,
      ...none("", "type options"),
      mountConfig: {},
      ...one,
    })),
    automounts: (short.automounts ?? []).map((one) => ({ ...started(), automountConfig: {}, ...one })),
    tmpfiles: { rules: [], settings: {}, ...short.tmpfiles },
  } as unknown as Systemd;
}

/** Covers trixie with no packages, and with nginx-light. */
export const lock: Lock = {
  format: 1,
  suites: {
    trixie: {
      arch: "amd64",
      epoch: 1_760_000_000,
      base: ["base-files"],
      systems: [
        { packages: [], layers: [] },
        { packages: ["nginx-light"], layers: [{ add: ["nginx-light"], packages: ["nginx-light"] }] },
      ],
      packages: ["base-files", "nginx-light"].map((name, at) => ({
        name,
        version: `1.${at}`,
        arch: "amd64",
        size: 1000 + at,
        sha256: String(at).repeat(64),
        path: `pool/main/${name}_1.${at}_amd64.deb`,
        archive: "debian",
      })),
    },
  },
};

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

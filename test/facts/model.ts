/**
 * NixOS's rules as the measured cases show them: from options to facts. It is tried on every measured case, so that it
 * can stand for NixOS where nobody measured: with cases of our own, and with configurations made at random.
 */
import { parseAddress } from "../../src/network/index.ts";
import { escapePath } from "../../src/units/index.ts";
import type { ContainerInput, Input } from "./case.ts";
import type { ContainerFacts, EndFacts, HostFacts, LinkFacts, NetworkFacts } from "./facts.ts";
import { sortedList, tmpfsList } from "./lists.ts";

/** A container's options as NixOS's types allow them; what is not there has its default. */
export interface Options extends LinkOptions {
  readonly path?: string | undefined;
  readonly flake?: string | undefined;
  readonly autoStart?: boolean | undefined;
  readonly ephemeral?: boolean | undefined;
  readonly restartIfChanged?: boolean | undefined;
  readonly timeoutStartSec?: string | undefined;
  readonly privateNetwork?: boolean | undefined;
  readonly interfaces?: readonly string[] | undefined;
  readonly macvlans?: readonly string[] | undefined;
  readonly extraVeths?: Readonly<Record<string, LinkOptions>> | undefined;
  readonly networkNamespace?: string | undefined;
  readonly privateUsers?: string | number | undefined;
  readonly additionalCapabilities?: readonly string[] | undefined;
  readonly enableTun?: boolean | undefined;
  readonly allowedDevices?: readonly { readonly node: string; readonly modifier: string }[] | undefined;
  readonly bindMounts?: Readonly<Record<string, BindOptions>> | undefined;
  readonly tmpfs?: readonly string[] | undefined;
  readonly extraFlags?: readonly string[] | undefined;
  readonly copyResolvConf?: boolean | undefined;
}

interface LinkOptions {
  readonly hostBridge?: string | undefined;
  readonly hostAddress?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly hostAddress6?: string | undefined;
  readonly localAddress6?: string | undefined;
  readonly localMacAddress?: string | undefined;
  readonly forwardPorts?: readonly PortOptions[] | undefined;
}

interface PortOptions {
  readonly protocol?: string | undefined;
  readonly hostPort: number;
  readonly containerPort?: number | null | undefined;
}

interface BindOptions {
  readonly mountPoint?: string | undefined;
  readonly hostPath?: string | undefined;
  readonly isReadOnly?: boolean | undefined;
}

export const optionsOf = (input: ContainerInput): Options => input as Options;

export function nixosModel({ containers = {}, host = {} }: Input): HostFacts {
  const enabled = Object.keys(containers).length > 0;
  const wanted = (host.boot as { enableContainers?: boolean } | undefined)?.enableContainers ?? enabled;
  const all = wanted ? Object.entries(containers).map(([name, one]) => [name, optionsOf(one)] as const) : [];
  return {
    containers: Object.fromEntries(all.map(([name, one]) => [name, containerFacts(name, one)])),
    hosts: sortedList(
      all.flatMap(([name, { localAddress }]) =>
        localAddress === undefined ? [] : [`${localAddress.replace(/\/.*/, "")} ${name}.containers`],
      ),
    ),
    machinesTarget: wanted,
    templates: wanted ? ["container@.service"] : [],
    unmanaged: wanted ? ["ve-*", "vb-*"] : [],
    kernelModules: wanted ? ["bridge", "macvlan", "tap", "tun"] : [],
  };
}

function containerFacts(name: string, one: Options): ContainerFacts {
  const network = networkFacts(name, one);
  const { autoStart = false, ephemeral = false } = one;
  const devices = autoStart ? (one.interfaces ?? []).map(deviceUnit) : [];
  const binds = bindsOf(one);
  const tun = one.enableTun ? ["CAP_NET_ADMIN"] : [];
  return {
    unit: {
      name: `container@${name}.service`,
      description: `Container '${name}'`,
      wantedBy: autoStart ? ["machines.target"] : [],
      after: sortedList(autoStart ? ["network.target", ...devices] : []),
      wants: sortedList(autoStart ? ["network.target", ...devices] : []),
      requires: [],
      mountsFor: sortedList([...(ephemeral ? [] : ["<state>"]), ...binds.map((bind) => bind.source)]),
      restartIfChanged: autoStart && (one.restartIfChanged ?? true),
    },
    service: service(name, one),
    isolation: {
      devicePolicy: "closed",
      devices: sortedList([
        ...(one.allowedDevices ?? []).map(({ node, modifier }) => `${node} ${modifier}`),
        ...(one.enableTun ? ["/dev/net/tun rwm"] : []),
      ]),
      nodes: [],
      capabilities: sortedList([
        ...(one.additionalCapabilities ?? []),
        ...tun,
        ...(network.kind === "own" ? ["CAP_NET_ADMIN"] : []),
      ]),
      users: String(one.privateUsers ?? "no"),
    },
    files: {
      root: ephemeral ? "gone on stop" : "persistent",
      binds: sortedList(binds, (bind) => bind.target),
      tmpfs: tmpfsList(one.tmpfs ?? []),
      resolvConf: one.copyResolvConf ?? true,
      journal: ephemeral ? "not linked" : "linked",
    },
    network,
    system: { from: one.flake ?? one.path ?? "", personality: null },
    parameters: parameters(one, network),
    extraFlags: one.extraFlags ?? [],
  };
}

export const deviceUnit = (name: string): string => `${escapePath(`/sys/subsystem/net/devices/${name}`)}.device`;

const service = (name: string, one: Options): ContainerFacts["service"] => ({
  type: "notify",
  restart: "on-failure",
  restartForceExitStatus: "133",
  successExitStatus: "133",
  slice: "machine.slice",
  delegate: true,
  killMode: "mixed",
  stop: "SIGTERM, SIGRTMIN+3",
  timeoutStart: one.timeoutStartSec ?? "1min",
  syslogIdentifier: `container ${name}`,
  reload: true,
  ready: "inside",
  registered: true,
  cgroup2: true,
  settings: {},
});

export function bindsOf({ bindMounts = {} }: Options): ContainerFacts["files"]["binds"] {
  // Nix has its attributes in the order of their names.
  return Object.entries(bindMounts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { mountPoint = key, hostPath = mountPoint, isReadOnly = true }]) => ({
      source: hostPath,
      target: mountPoint,
      readOnly: isReadOnly,
    }));
}

function networkFacts(name: string, one: Options): NetworkFacts {
  const { interfaces = [], macvlans = [], extraVeths = {} } = one;
  const own = one.privateNetwork === true || interfaces.length + macvlans.length + Object.keys(extraVeths).length > 0;
  const links = Object.entries(extraVeths).map(([link, it]) => [link, linkFacts(link, it, false)] as const);
  const main = one.privateNetwork && hasMainLink(one) ? [["eth0", mainLink(name, one)] as const] : [];
  return {
    kind: own ? "own" : one.networkNamespace === undefined ? "host" : "joined",
    path: one.networkNamespace ?? null,
    links: Object.fromEntries([...links, ...main].sort(([a], [b]) => (a < b ? -1 : 1))),
    interfaces,
    macvlans: macvlans.map((parent) => `mv-${parent} on ${parent}`),
    ports: one.privateNetwork ? (one.forwardPorts ?? []).map(portText) : [],
  };
}

const hasMainLink = (one: Options): boolean =>
  [one.hostBridge, one.hostAddress, one.localAddress, one.hostAddress6, one.localAddress6].some(
    (value) => value !== undefined,
  );

export const portText = ({ protocol = "tcp", hostPort, containerPort }: PortOptions): string =>
  `${protocol}:${hostPort}:${containerPort ?? hostPort}`;

const mainLink = (name: string, one: Options): LinkFacts =>
  linkFacts(`${one.hostBridge === undefined ? "ve" : "vb"}-${name}`, one, true);

function linkFacts(host: string, one: LinkOptions, main: boolean): LinkFacts {
  const pairs = [
    { host: one.hostAddress, local: one.localAddress },
    { host: one.hostAddress6, local: one.localAddress6 },
  ];
  const bridged = one.hostBridge !== undefined;
  const gateways = pairs.flatMap((pair) => pair.host ?? []);
  return {
    host: {
      name: host,
      bridge: one.hostBridge ?? null,
      ...(bridged
        ? end([], [])
        : end(
            gateways,
            pairs.flatMap((pair) => (pair.local === undefined ? [] : canonical(pair.local))),
          )),
    },
    inside: {
      mac: (main ? one.localMacAddress?.toLowerCase() : undefined) ?? null,
      ...end(
        pairs.flatMap((pair) => pair.local ?? []),
        gateways.flatMap((gateway) => [canonical(gateway), ...(main ? [`default via ${canonical(gateway)}`] : [])]),
      ),
    },
  };
}

const end = (addresses: readonly string[], routes: readonly string[]): EndFacts => ({
  up: true,
  addresses: addresses.map(withPrefix).sort(),
  routes: [...routes].sort(),
});

const canonical = (text: string): string => withPrefix(text).replace(/\/(32|128)$/, "");

function withPrefix(text: string): string {
  const address = parseAddress(text);
  return `${address?.address}/${address?.prefix}`;
}

function parameters(one: Options, network: NetworkFacts): Record<string, string> {
  const value = {
    SYSTEM_PATH: one.flake === undefined ? one.path : undefined,
    FLAKE: one.flake,
    COPY_RESOLV_CONF: (one.copyResolvConf ?? true) ? "1" : "0",
    ...(one.privateNetwork && {
      PRIVATE_NETWORK: "1",
      HOST_BRIDGE: one.hostBridge,
      HOST_PORT: network.ports.join(",") || undefined,
      HOST_ADDRESS: one.hostAddress,
      LOCAL_ADDRESS: one.localAddress,
      HOST_ADDRESS6: one.hostAddress6,
      LOCAL_ADDRESS6: one.localAddress6,
      LOCAL_MAC_ADDRESS: one.localMacAddress,
    }),
    NETWORK_NAMESPACE_PATH: one.networkNamespace,
    PRIVATE_USERS: String(one.privateUsers ?? "no"),
    INTERFACES: (one.interfaces ?? []).join(" "),
    MACVLANS: (one.macvlans ?? []).join(" "),
    AUTO_START: one.autoStart ? "1" : undefined,
    EXTRA_NSPAWN_FLAGS: flagsText(one),
  };
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Without any quoting, as NixOS writes it. */
export function flagsText(one: Options): string {
  const binds = bindsOf(one).map(
    ({ source, target, readOnly }) =>
      `--bind${readOnly ? "-ro" : ""}=${source}${source === target ? "" : `:${target}`}`,
  );
  return [...binds, ...(one.extraFlags ?? [])].map((flag) => ` ${flag}`).join("");
}

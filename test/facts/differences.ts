/**
 * Every way in which what we compile is not what NixOS compiles. `change` makes our facts of NixOS's: what it changes must
 * come out of our compiler exactly so, for every case; a difference that changes nothing in any case fails. The table in
 * docs/differences-from-nixos.md has a row for each.
 */
import {
  type Address,
  fullPrefix,
  hostInterface,
  insideInterface,
  macAddress,
  macvlanOf,
  parseAddress,
} from "../../src/network/index.ts";
import type { Input } from "./case.ts";
import type { ContainerFacts, HostFacts, LinkFacts, NetworkFacts } from "./facts.ts";
import { sortedList } from "./lists.ts";
import { bindsOf, deviceUnit, flagsText, type Options, optionsOf, portText } from "./model.ts";

export interface Difference {
  /** The first cell of its row. */
  readonly row: string;
  readonly change: (facts: Draft<HostFacts>, input: Input) => void;
}

export type Draft<T> = { -readonly [K in keyof T]: Draft<T[K]> };

/** Our facts, as NixOS's and the differences say. */
export function expected(facts: HostFacts, input: Input, used: (row: string) => void = () => {}): HostFacts {
  const draft = structuredClone(facts) as Draft<HostFacts>;
  for (const { row, change } of differences) {
    const before = JSON.stringify(draft);
    change(draft, input);
    if (JSON.stringify(draft) !== before) used(row);
  }
  return draft as HostFacts;
}

type OfContainer = (facts: Draft<ContainerFacts>, options: Options, name: string) => unknown;

/** A difference of each container. */
const each = (row: string, change: OfContainer): Difference => ({
  row,
  change: (facts, input) => {
    for (const [name, one] of Object.entries(facts.containers)) {
      change(one, optionsOf(input.containers?.[name] ?? {}), name);
    }
  },
});

const settings = (row: string, ours: Readonly<Record<string, string>>): Difference =>
  each(row, ({ service }) => Object.assign(service.settings, ours));

const isOwn = (facts: Draft<ContainerFacts>): boolean => facts.network.kind === "own";

/** What a container's root could not use with ids that are nobody's on the host. */
const mustBeTrusted = (facts: Draft<ContainerFacts>, options: Options): boolean =>
  !isOwn(facts) ||
  facts.network.interfaces.length + facts.network.macvlans.length > 0 ||
  options.enableTun === true ||
  (options.additionalCapabilities ?? []).includes("CAP_NET_ADMIN");

const differences: readonly Difference[] = [
  each("Waiting for the network", ({ unit, network }, { interfaces = [], macvlans = [], autoStart }) => {
    const bridges = Object.values(network.links).flatMap(({ host }) => host.bridge ?? []);
    const devices = [...interfaces, ...macvlans, ...bridges].map(deviceUnit);
    unit.after = sortedList([...unit.after, "network.target", ...devices]);
    unit.wants = sortedList([...unit.wants, "network.target", ...(autoStart ? devices : [])]);
  }),
  each("`restartIfChanged` without `autoStart`", ({ unit }, { restartIfChanged = true }) => {
    unit.restartIfChanged = restartIfChanged;
  }),
  each("Mounts of the system", ({ unit }) => {
    unit.mountsFor = sortedList([...unit.mountsFor, "<system>"]);
  }),
  each("Devices that systemd-nspawn makes", ({ isolation }) => {
    isolation.devices = sortedList([...isolation.devices, "/dev/fuse rwm", "/dev/net/tun rwm", "char-pts rw"]);
  }),
  each("`allowedDevices`, `enableTun`", ({ isolation }, { allowedDevices = [], enableTun }) => {
    isolation.nodes = sortedList([...allowedDevices.map(({ node }) => node), ...(enableTun ? ["/dev/net/tun"] : [])]);
  }),
  each("`privateUsers`, where nothing is said", (facts, options) => {
    if (options.privateUsers !== undefined || mustBeTrusted(facts, options)) return;
    facts.isolation.users = "pick";
    facts.parameters.PRIVATE_USERS = "pick";
  }),
  each("CAP_NET_ADMIN of a container with user ids of its own", ({ isolation }) => {
    if (isolation.users === "no" || isolation.users === "identity") return;
    isolation.capabilities = sortedList([...isolation.capabilities, "CAP_NET_ADMIN"]);
  }),
  each("Blanks, quotes, colons, `$`, `*` in `bindMounts` and `extraFlags`", (facts, options) => {
    const { bindMounts = {}, extraFlags = [] } = options;
    const words = [
      ...extraFlags,
      ...Object.entries(bindMounts).flatMap(([key, one]) => [one.mountPoint ?? key, one.hostPath ?? ""]),
    ];
    if (!words.some((word) => /[\s:"'\\*?$%]/.test(word))) return;
    const isBind = (flag: string): boolean => flag.startsWith("--bind-ro=");
    const flagBinds = extraFlags.filter(isBind).map((flag) => {
      const path = flag.slice("--bind-ro=".length);
      return { source: path, target: path, readOnly: true };
    });
    facts.files.binds = sortedList([...bindsOf(options), ...flagBinds], (bind) => bind.target);
    facts.extraFlags = extraFlags.filter((flag) => !isBind(flag));
    facts.parameters.EXTRA_NSPAWN_FLAGS = flagsText(options);
  }),
  each("`privateNetwork` without an address", ({ network }, { privateNetwork }, name) => {
    if (!privateNetwork || network.links[insideInterface] !== undefined) return;
    const end = { up: true, addresses: [], routes: [] };
    network.links[insideInterface] = {
      host: { name: `ve-${name}`, bridge: null, ...end },
      inside: { mac: null, ...end },
    };
  }),
  each("Names of more than 12 letters", ({ network }) => {
    for (const { host } of Object.values(network.links)) {
      const [, kind = "", rest = ""] = /^(v[eb]-)(.*)$/.exec(host.name) ?? [];
      if (kind !== "" && host.name.length > 15) host.name = hostInterface(rest, kind === "vb-" ? "vb" : "ve").name;
    }
    network.macvlans = network.macvlans.map((text) => {
      const [name = "", parent = ""] = text.split(" on ");
      return name.length > 15 ? `${macvlanOf("", parent).name} on ${parent}` : text;
    });
  }),
  each("`systemctl reload` with a `path`", ({ service }, { path = "" }, name) => {
    const own = `/nix/var/nix/profiles/per-container/${name}/`;
    service.reload = path === "" || path.startsWith("/nix/store/") || path.startsWith(own);
  }),
  each("`config`", ({ system, parameters }, options) => {
    if (!("config" in options)) return;
    system.from = "built";
    parameters.SYSTEM_PATH = "<built>";
  }),
  each("`flake` in the parameter file", ({ parameters }, { flake }, name) => {
    if (flake !== undefined) parameters.SYSTEM_PATH = `/nix/var/nix/profiles/per-container/${name}/system`;
  }),
  each("32-bit systems in `path`", ({ system }) => {
    system.personality = null;
  }),
  each("MAC addresses", (facts, options, name) => {
    for (const [inside, link] of Object.entries(facts.network.links)) {
      const isMain = inside === insideInterface;
      const own = isMain ? options.localMacAddress : options.extraVeths?.[inside]?.localMacAddress;
      link.inside.mac = own?.toLowerCase() ?? macAddress(isMain ? name : `${name} ${inside}`, "inside");
    }
    const mac = facts.network.links[insideInterface]?.inside.mac;
    if (mac) facts.parameters.LOCAL_MAC_ADDRESS = mac;
  }),
  each("The default route with `extraVeths` alone", ({ network }) => {
    const [first] = inOrder(network);
    if (first === undefined || first[0] === insideInterface) return;
    const { inside } = first[1];
    inside.routes = [...inside.routes, ...inside.routes.map((route) => `default via ${route}`)].sort();
  }),
  each("`localAddress` with a prefix length, without a bridge", ({ network }) => {
    for (const { host } of Object.values(network.links)) {
      host.routes = sortedList(host.routes.map((route) => route.replace(/\/.*/, "")));
    }
  }),
  each("How an address is written", ({ parameters }) => {
    for (const key of ["HOST_ADDRESS", "LOCAL_ADDRESS", "HOST_ADDRESS6", "LOCAL_ADDRESS6"]) {
      const address = parseAddress(parameters[key] ?? "");
      if (address !== null) parameters[key] = shownAddress(address);
    }
  }),
  each("`extraVeths.<name>.forwardPorts`", ({ network }, { extraVeths = {} }) => {
    network.ports = [
      ...network.ports,
      ...Object.values(extraVeths).flatMap(({ forwardPorts = [] }) => forwardPorts.map(portText)),
    ];
  }),
  each("`tmpfs` with options, without `mode=`", ({ files }) => {
    files.tmpfs = files.tmpfs.map((text) => (/[:,]mode=/.test(text) ? text : `${text},mode=0755`));
  }),
  settings("Restart after a failure", { RestartSec: "1s", StartLimitIntervalSec: "0" }),
  settings("Time to stop", { TimeoutStopSec: "1min" }),
  settings("Tasks in a container", { TasksMax: "16384" }),
  settings("Who says that the container is ready", { NotifyAccess: "all" }),
  settings("Mounts of systemd-nspawn", { PrivateMounts: "yes" }),
  settings("Messages for debugging", { LogLevelMax: "info" }),
  settings("Links that a container puts into its root", { AssertPathIsSymbolicLink: "set" }),
  each("A `path` that is not there", ({ service }, options) => {
    if (!("config" in options)) service.settings.AssertPathExists = "set";
  }),
  each("The journal", ({ files }) => {
    files.journal = "not linked";
  }),
  each("`PRIVATE_NETWORK` in the parameter file", (facts) => {
    if (isOwn(facts)) facts.parameters.PRIVATE_NETWORK = "1";
  }),
  {
    row: "Names in the hosts file",
    change: (facts) => {
      facts.hosts = sortedList(
        Object.entries(facts.containers).flatMap(([name, { network }]) => hostsLines(name, network)),
      );
    },
  },
  {
    row: "Interfaces that network managers leave alone",
    change: (facts) => {
      const names = Object.values(facts.containers).flatMap(({ network }) => Object.values(network.links));
      facts.unmanaged = sortedList(names.map(({ host }) => host.name));
    },
  },
  {
    row: "Containers that nobody declared",
    change: (facts) => {
      facts.templates = [];
      if (Object.keys(facts.containers).length === 0) facts.machinesTarget = false;
    },
  },
  {
    row: "Kernel modules",
    change: (facts) => {
      facts.kernelModules = [];
    },
  },
];

/** The main link, then the others by name. */
const inOrder = ({ links }: Draft<NetworkFacts>): [string, Draft<LinkFacts>][] =>
  Object.entries(links).sort(
    ([a], [b]) => Number(b === insideInterface) - Number(a === insideInterface) || (a < b ? -1 : 1),
  );

/** The container's name for the first address of each family; the others are called by their link, too. */
function hostsLines(name: string, network: Draft<NetworkFacts>): string[] {
  const named = new Set<boolean>();
  return inOrder(network).flatMap(([inside, link], index) =>
    link.inside.addresses.map((address) => {
      const isV6 = address.includes(":");
      const names = [
        ...(named.has(isV6) ? [] : [`${name}.containers`]),
        ...(index === 0 ? [] : [`${inside}.${name}.containers`]),
      ];
      named.add(isV6);
      return `${address.replace(/\/.*/, "")} ${names.join(" ")}`;
    }),
  );
}

const shownAddress = ({ address, prefix, family }: Address): string =>
  prefix === fullPrefix(family) ? address : `${address}/${prefix}`;

/** First cells of all rows. */
export const differenceRows = differences.map(({ row }) => row);

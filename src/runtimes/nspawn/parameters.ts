/** `containers/<name>.json`: what a container was resolved to, for people and programs. Never a secret. */
import { type Address, fullPrefix, insideInterface, type Link } from "../../network/index.ts";
import { type Layout, storePath } from "../../store/layout.ts";
import {
  type ContainerNetwork,
  containerUnit,
  isIsolated,
  type SystemContainer,
  type UserNamespace,
} from "./container.ts";
import { rootDir, treeDir } from "./paths.ts";

export const parametersFile = (layout: Layout, name: string): string => `${layout.etc}/containers/${name}.json`;

/** As docs/reference/parameters.md describes it: every key is there for every container. */
export function parameters(layout: Layout, container: SystemContainer): string {
  const value = {
    madeBy: "stowage",
    ...identity(layout, container),
    ...networkOf(container.network),
    ...confinement(container),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function identity(layout: Layout, container: SystemContainer) {
  const { name, system } = container;
  return {
    name,
    unit: containerUnit(name),
    isolation: isIsolated(container) ? "isolated" : "trusted",
    system: system.kind === "toplevel" ? storePath(layout, system.toplevel) : system.path,
    flake: system.kind === "path" ? (system.flake ?? null) : null,
    packages: system.kind === "toplevel" ? treeDir(layout, container) : null,
    root: rootDir(layout, container),
    autoStart: container.autoStart,
    ephemeral: container.ephemeral,
    dependsOn: container.dependsOn,
    timeoutStartSec: container.timeoutStartSec,
    restartIfChanged: container.restartIfChanged,
    onChange: container.onChange,
    copyResolvConf: container.copyResolvConf,
  };
}

function networkOf(network: ContainerNetwork) {
  const links = network.kind === "own" ? network.network.links : [];
  const main = links.find((link) => link.inside === insideInterface);
  const extra = links.filter((link) => link !== main);
  return {
    privateNetwork: network.kind === "own",
    networkNamespace: network.kind === "joined" ? network.path : null,
    ...linkParameters(main),
    extraVeths: Object.fromEntries(extra.map((link) => [link.inside, linkParameters(link)])),
    interfaces: network.kind === "own" ? network.network.interfaces : [],
    macvlans: (network.kind === "own" ? network.network.macvlans : []).map(({ parent, name, mac }) => ({
      interface: parent,
      name,
      macAddress: mac,
    })),
  };
}

/** Of a link that is not there, all is null or empty. */
function linkParameters(link: Link | undefined) {
  const end = (family: 4 | 6) => link?.ends.find((one) => one.family === family);
  return {
    hostInterface: link?.interface.name ?? null,
    hostBridge: link?.bridge ?? null,
    hostAddress: shown(end(4)?.host),
    localAddress: shown(end(4)?.local),
    hostAddress6: shown(end(6)?.host),
    localAddress6: shown(end(6)?.local),
    hostMacAddress: link?.hostMac ?? null,
    localMacAddress: link?.insideMac ?? null,
    forwardPorts: (link?.forwards ?? []).map((forward) => ({
      protocol: forward.protocol,
      hostPort: forward.hostPort,
      containerPort: forward.containerPort,
      hostAddress: forward.hostAddress?.address ?? null,
      interface: forward.interface,
    })),
  };
}

/** With its prefix length where it says more than that it is one address. */
function shown(address: Address | null | undefined): string | null {
  if (address === null || address === undefined) return null;
  return address.prefix === fullPrefix(address.family) ? address.address : `${address.address}/${address.prefix}`;
}

function confinement(container: SystemContainer) {
  return {
    privateUsers: users(container.users),
    additionalCapabilities: container.capabilities,
    enableTun: container.tun,
    allowedDevices: container.devices.map(({ node, modifier }) => ({ node, modifier })),
    bindMounts: container.binds.map(({ source, target, readOnly, idmap, create }) => ({
      mountPoint: target,
      hostPath: source,
      isReadOnly: readOnly,
      idmap,
      create: create === null ? null : { mode: create.mode, owner: create.owner },
    })),
    tmpfs: container.tmpfs.map(({ target, options }) => ({ mountPoint: target, options })),
    extraFlags: container.extraFlags,
  };
}

/** The option's words; what systemd-nspawn picks shows only once the container runs. */
function users(namespace: UserNamespace): string | number {
  if (namespace.kind === "shifted") return namespace.base ?? "pick";
  return namespace.kind === "identity" ? "identity" : "no";
}

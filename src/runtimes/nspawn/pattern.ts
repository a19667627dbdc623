/** A container with stand-ins for what is its own. */
import type { Address, Forward, HostInterface, Link, LinkEnds, Network } from "../../network/index.ts";
import type { Taker } from "../holes.ts";
import type { Bind, ContainerNetwork, ContainerSystem, SystemContainer, UserNamespace } from "./container.ts";
import { isNix } from "./nix.ts";

/**
 * Names, paths, addresses and ports are replaced, but for those that something is decided by: what is left is all that
 * containers of one pattern have in common.
 */
export function patternOf(container: SystemContainer, holes: Taker): SystemContainer {
  return {
    name: holes.word(container.name),
    system: systemOf(container.system, holes),
    network: networkOf(container.network, holes),
    users: usersOf(container.users, holes),
    binds: holes.each(container.binds, bindOf),
    autoStart: holes.same(container.autoStart),
    ephemeral: holes.same(container.ephemeral),
    dependsOn: holes.same(container.dependsOn),
    needs: holes.same(container.needs),
    firewall: holes.same(container.firewall),
    sysctls: holes.same(container.sysctls),
    copyResolvConf: holes.same(container.copyResolvConf),
    trust: holes.same(container.trust),
    capabilities: holes.same(container.capabilities),
    tun: holes.same(container.tun),
    devices: holes.same(container.devices),
    tmpfs: holes.same(container.tmpfs),
    extraFlags: holes.same(container.extraFlags),
    secrets: holes.same(container.secrets),
    resources: holes.same(container.resources),
    health: holes.same(container.health),
    timeoutStartSec: holes.same(container.timeoutStartSec),
    restartIfChanged: holes.same(container.restartIfChanged),
    onChange: holes.same(container.onChange),
  };
}

function systemOf(system: ContainerSystem, holes: Taker): ContainerSystem {
  const { kind } = system;
  if (kind === "toplevel") {
    return {
      kind: holes.same(kind),
      toplevel: holes.word(system.toplevel),
      packages: holes.word(system.packages),
    };
  }
  // A flake's path is a profile of Nix.
  if (isNix(system) || system.flake !== undefined) return holes.same(system);
  return { kind: holes.same(kind), path: holes.path(system.path) };
}

function networkOf(given: ContainerNetwork, holes: Taker): ContainerNetwork {
  if (given.kind !== "own") return holes.same(given);
  const { container, namespace, links, macvlans, interfaces } = given.network;
  const network: Network = {
    container: holes.word(container),
    namespace: holes.word(namespace),
    links: holes.each(links, linkOf),
    macvlans: holes.same(macvlans),
    interfaces: holes.same(interfaces),
  };
  return { kind: "own", network };
}

/** Its name inside stays: that is how the main link is known. */
const linkOf = (link: Link, holes: Taker): Link => ({
  container: holes.word(link.container),
  interface: interfaceOf(link.interface, holes),
  inside: holes.same(link.inside),
  namespace: holes.word(link.namespace),
  hostMac: holes.address(link.hostMac),
  insideMac: holes.address(link.insideMac),
  bridge: holes.same(link.bridge),
  ends: holes.each(link.ends, endsOf),
  forwards: holes.each(link.forwards, forwardOf),
});

const interfaceOf = ({ name, altname, handle }: HostInterface, holes: Taker): HostInterface => ({
  name: holes.word(name),
  altname: altname === null ? holes.same(altname) : holes.word(altname),
  handle: holes.word(handle),
});

const endsOf = ({ family, host, local }: LinkEnds, holes: Taker): LinkEnds => ({
  family: holes.same(family),
  host: addressOf(host, holes),
  local: addressOf(local, holes),
});

const addressOf = (given: Address | null, holes: Taker): Address | null =>
  given === null
    ? holes.same(given)
    : { family: holes.same(given.family), address: holes.address(given.address), prefix: holes.same(given.prefix) };

/** The address that it may be for stays: 127.0.0.1 is another thing than 10.0.0.1. */
const forwardOf = (forward: Forward, holes: Taker): Forward => ({
  protocol: holes.same(forward.protocol),
  hostPort: holes.number(forward.hostPort),
  containerPort: holes.number(forward.containerPort),
  hostAddress: holes.same(forward.hostAddress),
  interface: holes.same(forward.interface),
});

function usersOf(users: UserNamespace, holes: Taker): UserNamespace {
  holes.same(users.kind);
  if (users.kind !== "shifted") return users;
  const { kind, base } = users;
  return { kind, base: base === null ? holes.same(base) : holes.number(base) };
}

const bindOf = (bind: Bind, holes: Taker): Bind => ({
  source: holes.path(bind.source),
  target: holes.path(bind.target),
  readOnly: holes.same(bind.readOnly),
  idmap: holes.same(bind.idmap),
  create: holes.same(bind.create),
  plantable: holes.same(bind.plantable),
});

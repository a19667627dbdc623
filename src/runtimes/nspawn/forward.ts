/**
 * `stowage-forward-<protocol>-<port>@<name>.socket` and `.service`: systemd-socket-proxyd for what nft cannot do, to lead
 * one address family into the other.
 * TCP only: there is no proxy for UDP, so a UDP port is reached by the families that the container has.
 */
import { type Address, type Forward, isOfFamily, isProxied, type Link, localAddress } from "../../network/index.ts";
import { literal, type Unit } from "../../units/index.ts";
import { containerUnit, linksOf, type SystemContainer } from "./container.ts";
import { noStartLimit } from "./service.ts";

const proxy = "/usr/lib/systemd/systemd-socket-proxyd";

/** Sockets, each followed by its service. */
export const forwardUnits = (container: SystemContainer): Unit[] =>
  linksOf(container).flatMap((link) => linkUnits(container.name, link));

function linkUnits(name: string, link: Link): Unit[] {
  return link.forwards
    .filter((forward) => forward.protocol === "tcp")
    .flatMap((forward) => {
      const [v4, v6] = [localAddress(link, 4), localAddress(link, 6)];
      const target = v4 ?? v6;
      if (target === null) return [];
      const listen = listenOn(link, forward);
      if (listen.length === 0) return [];
      const base = baseName(name, forward);
      return [socketUnit(name, base, forward, listen), proxyUnit(name, base, forward, target)];
    });
}

/** Only where nft's maps do not lead: connections that they take never come to a socket. */
function listenOn(link: Link, forward: Forward): string[] {
  const { hostAddress, hostPort } = forward;
  const lacks = (family: 4 | 6): boolean => localAddress(link, family) === null && isOfFamily(forward, family);
  if (lacks(6)) return [`[${hostAddress?.address ?? "::"}]:${hostPort}`];
  return [
    ...(isProxied(link, forward) ? [`[::1]:${hostPort}`] : []),
    ...(lacks(4) ? [`${hostAddress?.address ?? "0.0.0.0"}:${hostPort}`] : []),
  ];
}

function socketUnit(name: string, base: string, forward: Forward, listen: readonly string[]): Unit {
  return {
    name: `${base}.socket`,
    sections: {
      Unit: {
        Description: literal(`Port ${forward.hostPort} of the host for container '${name}'`),
        BindsTo: containerUnit(name),
        // By default a socket is ordered before sockets.target, which every service comes after: a cycle.
        DefaultDependencies: false,
        Conflicts: "shutdown.target",
        // Who connects the moment the container is ready finds somebody listening.
        Before: `${containerUnit(name)} shutdown.target`,
        StartLimitIntervalSec: noStartLimit.StartLimitIntervalSec,
      },
      Socket: {
        ListenStream: listen,
        BindIPv6Only: "ipv6-only",
        // An address that the host does not have yet.
        ...(forward.hostAddress !== null && { FreeBind: true }),
        ...(forward.interface !== null && { BindToDevice: forward.interface }),
      },
    },
  };
}

function proxyUnit(name: string, base: string, forward: Forward, target: Address): Unit {
  const socket = `${base}.socket`;
  return {
    name: `${base}.service`,
    sections: {
      Unit: {
        Description: literal(`Connections to port ${forward.hostPort} for container '${name}'`),
        BindsTo: containerUnit(name),
        Requires: socket,
        After: `${containerUnit(name)} ${socket}`,
        StartLimitIntervalSec: noStartLimit.StartLimitIntervalSec,
      },
      Service: {
        // Not notify: it never says that it is ready, and would be killed after the start timeout.
        Type: "exec",
        // It splits at the last colon and takes no brackets.
        ExecStart: { exec: [proxy, "--exit-idle-time=5min", `${target.address}:${forward.containerPort}`] },
        // It reads bytes from strangers.
        DynamicUser: true,
        CapabilityBoundingSet: "",
        NoNewPrivileges: true,
        PrivateDevices: true,
        ProtectSystem: "strict",
        ProtectHome: true,
        RestrictAddressFamilies: "AF_UNIX AF_INET AF_INET6",
      },
    },
  };
}

/** A port may lead to several places, by what it is restricted to. */
function baseName(name: string, { protocol, hostPort, hostAddress, interface: device }: Forward): string {
  const by = device === null ? "" : `-in-${device}`;
  const to = hostAddress === null ? "" : `-to-${hostAddress.address}`;
  return `stowage-forward-${protocol}-${hostPort}${by}${to}@${name}`;
}

/**
 * `stowage-forward-<protocol>-<port>@<name>.socket` and `.service`: systemd-socket-proxyd for what nft cannot do.
 * The kernel routes nothing from ::1 to another link, and nft cannot lead one address family into the other.
 * TCP only: there is no proxy for UDP, so a UDP port is reached by the container's own families, and not by ::1.
 */
import { type Address, type Forward, localAddress } from "../../network/index.ts";
import { literal, type Unit } from "../../units/index.ts";
import { containerUnit, linksOf, type SystemContainer } from "./container.ts";
import { noStartLimit } from "./service.ts";

const proxy = "/usr/lib/systemd/systemd-socket-proxyd";

/** Sockets, each followed by its service. */
export function forwardUnits(container: SystemContainer): Unit[] {
  const [link] = linksOf(container);
  if (link === undefined) return [];
  const [v4, v6] = [localAddress(link, 4), localAddress(link, 6)];
  // A service that listens on IPv4 alone is common, one on IPv6 alone is not.
  const target = v4 ?? v6;
  if (target === null) return [];
  return link.forwards
    .filter((forward) => forward.protocol === "tcp")
    .flatMap((forward) => [
      socketUnit(container.name, forward, listenOn(v4, v6, forward.hostPort)),
      proxyUnit(container.name, forward, target),
    ]);
}

/** Only where nft's maps do not lead: connections that they take never come to a socket. */
function listenOn(v4: Address | null, v6: Address | null, port: number): string[] {
  if (v6 === null) return [`[::]:${port}`];
  return v4 === null ? [`[::1]:${port}`, `0.0.0.0:${port}`] : [`[::1]:${port}`];
}

function socketUnit(name: string, forward: Forward, listen: readonly string[]): Unit {
  return {
    name: `${baseName(name, forward)}.socket`,
    sections: {
      Unit: {
        Description: literal(`Port ${forward.hostPort} of the host for container '${name}'`),
        BindsTo: containerUnit(name),
        // By default a socket is ordered before sockets.target, which every service comes after: a cycle.
        DefaultDependencies: false,
        Conflicts: "shutdown.target",
        // Who connects the moment the container is ready finds somebody listening.
        Before: `${containerUnit(name)} shutdown.target`,
        ...noStartLimit,
      },
      Socket: { ListenStream: listen, BindIPv6Only: "ipv6-only" },
    },
  };
}

function proxyUnit(name: string, forward: Forward, target: Address): Unit {
  const socket = `${baseName(name, forward)}.socket`;
  return {
    name: `${baseName(name, forward)}.service`,
    sections: {
      Unit: {
        Description: literal(`Connections to port ${forward.hostPort} for container '${name}'`),
        BindsTo: containerUnit(name),
        Requires: socket,
        After: `${containerUnit(name)} ${socket}`,
        ...noStartLimit,
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

const baseName = (name: string, { protocol, hostPort }: Forward): string =>
  `stowage-forward-${protocol}-${hostPort}@${name}`;

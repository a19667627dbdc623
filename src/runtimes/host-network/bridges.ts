/**
 * Bridges that are declared. The bridge, each port and each address is a unit of its own, so that what changes is
 * started or stopped alone: a bridge is never made anew because something about it changed.
 */
import {
  type Address,
  addressUnit,
  type Bridge,
  bridgeAddressWords,
  bridgeMark,
  bridgeUnit,
  deviceUnit,
  portUnit,
  portWords,
  restoreUnit,
  spanningTreeUnit,
  spanningTreeWords,
} from "../../network/index.ts";
import { literal, type Unit, type UnitSection } from "../../units/index.ts";
import { dropsDebug, quietly } from "../nspawn/quietly.ts";

export const ip = "/usr/sbin/ip";

export interface UnitParts {
  readonly units: readonly Unit[];
  /** Target by link below the unit directory. */
  readonly unitLinks: Readonly<Record<string, string>>;
}

export function bridgeParts(bridge: Bridge): UnitParts {
  const own = bridgeUnit(bridge.name);
  const ports = bridge.interfaces.map((name) => ({ name, unit: portService(name, bridge.name) }));
  const members = [
    ...ports.map(({ unit }) => unit),
    ...bridge.addresses.map((address) => addressService(address, bridge.name)),
    ...(bridge.rstp ? [spanningTreeService(bridge.name)] : []),
  ];
  const wants = [
    `multi-user.target.wants/${own}`,
    ...members.map(({ name }) => `${own}.wants/${name}`),
    `${own}.wants/${restoreUnit(bridge.name)}`,
    // A port that comes late, or comes back.
    ...ports.map(({ name, unit }) => `${deviceUnit(name)}.wants/${unit.name}`),
  ];
  return { units: [bridgeService(bridge.name), ...members], unitLinks: Object.fromEntries(wants.map(linkTo)) };
}

/** A link in a directory of wants. */
export const linkTo = (link: string): [link: string, target: string] => [
  link,
  `../${link.slice(link.lastIndexOf("/") + 1)}`,
];

/** Fails where there is a bridge of that name. Takes away only what carries our mark, and so what we made. */
function bridgeService(bridge: string): Unit {
  return {
    name: bridgeUnit(bridge),
    sections: {
      Unit: {
        Description: literal(`Bridge '${bridge}'`),
        Wants: "network-pre.target",
        After: "network-pre.target",
        Before: "network.target",
      },
      Service: {
        ...remains,
        ExecStart: [
          ["link", "add", "name", bridge, "type", "bridge"],
          ["link", "property", "add", "dev", bridge, "altname", bridgeMark(bridge)],
          ["link", "set", "dev", bridge, "up"],
        ].map((words) => ({ exec: [ip, ...words] })),
        ExecStopPost: quietly([ip, "link", "del", "dev", bridgeMark(bridge)]),
      },
    },
  };
}

function portService(port: string, bridge: string): Unit {
  const device = deviceUnit(port);
  return {
    name: portUnit(port),
    sections: {
      Unit: {
        ...memberOf(bridge, `Port '${port}' of bridge '${bridge}'`, [device]),
        // Gone with the interface, started again by its device unit.
        StopPropagatedFrom: device,
        // Not a condition: a switch shall say that there is no such interface.
        AssertPathExists: literal(`/sys/class/net/${port}`),
      },
      Service: {
        ...remains,
        ExecStart: [portWords(port, bridge), ["link", "set", "dev", port, "up"]].map((words) => ({
          exec: [ip, ...words],
        })),
        ExecStop: quietly([ip, "link", "set", "dev", port, "nomaster"]),
      },
    },
  };
}

function addressService(address: Address, bridge: string): Unit {
  return {
    name: addressUnit(bridge, address),
    sections: {
      Unit: memberOf(bridge, `Address ${address.address}/${address.prefix} on bridge '${bridge}'`),
      Service: {
        ...remains,
        ExecStart: { exec: [ip, ...bridgeAddressWords("replace", address, bridge)] },
        ExecStop: quietly([ip, ...bridgeAddressWords("del", address, bridge)]),
      },
    },
  };
}

function spanningTreeService(bridge: string): Unit {
  return {
    name: spanningTreeUnit(bridge),
    sections: {
      Unit: memberOf(bridge, `Spanning tree on bridge '${bridge}'`),
      Service: {
        ...remains,
        ExecStart: { exec: [ip, ...spanningTreeWords(true, bridge)] },
        ExecStop: quietly([ip, ...spanningTreeWords(false, bridge)]),
      },
    },
  };
}

const remains: UnitSection = { Type: "oneshot", RemainAfterExit: true, ...dropsDebug };

const memberOf = (bridge: string, description: string, after: readonly string[] = []): UnitSection => ({
  Description: literal(description),
  Requires: bridgeUnit(bridge),
  After: [bridgeUnit(bridge), ...after].join(" "),
  Before: "network.target",
});

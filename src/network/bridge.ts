/** Bridges of the host. Facts: ip-link(8), ip-address(8). */
import type { Address } from "./address.ts";
import { ipWord } from "./ip-batch.ts";
import type { Link } from "./link.ts";
import { linkPortLines, portWords } from "./port.ts";

/** A bridge that is declared, and so made by a unit of ours. */
export interface Bridge {
  readonly name: string;
  /** Interfaces of the host that are its ports. */
  readonly interfaces: readonly string[];
  /** Spanning tree. */
  readonly rstp: boolean;
  readonly addresses: readonly Address[];
}

/** An alternative name of the bridges that we made: what does not have it is somebody else's, and is not removed. */
export const bridgeMark = (bridge: string): string => `stowage-bridge-${bridge}`;

/** Without duplicate address detection: a bridge without ports never gets so far. */
export function bridgeAddressWords(verb: "replace" | "del", address: Address, bridge: string): string[] {
  const nodad = verb === "replace" && address.family === 6 ? ["nodad"] : [];
  return ["address", verb, `${address.address}/${address.prefix}`, "dev", bridge, ...nodad];
}

/**
 * Spanning tree, on a bridge that may be in use. The kernel's own lets a port that comes up wait for twice the delay:
 * 2 seconds, in hundredths, is the least that the protocol allows.
 */
export function spanningTreeWords(on: boolean, bridge: string): string[] {
  const settings = on ? ["forward_delay", "200", "stp_state", "1"] : ["stp_state", "0", "forward_delay", "1500"];
  return ["link", "set", "dev", bridge, "type", "bridge", ...settings];
}

/**
 * For `ip -force -batch`: gives a bridge that was made anew everything that it should have. What a line names and the
 * machine lacks, such as the link of a container that does not run, is passed over.
 * @param declared null for a bridge that somebody else makes: it gets back the containers' links and nothing else
 */
export function restoreText(bridge: string, declared: Bridge | null, links: readonly Link[]): string {
  const own =
    declared === null
      ? []
      : [
          ["link", "set", "dev", bridge, "up"],
          ...(declared.rstp ? [spanningTreeWords(true, bridge)] : []),
          ...declared.addresses.map((address) => bridgeAddressWords("replace", address, bridge)),
          ...declared.interfaces.map((name) => portWords(name, bridge)),
        ];
  const lines = [...own, ...links.flatMap((link) => linkPortLines(link, bridge))];
  return lines.map((words) => `${words.map(ipWord).join(" ")}\n`).join("");
}

/** What {@link restoreText} says of a declared bridge itself; its ports: {@link portsIn}. */
export function restoredSettings(text: string, bridge: string): { rstp: boolean; addresses: string[] } {
  const words = text.split("\n").map((line) => line.split(" "));
  const own = words.filter((line) => line[line.indexOf("dev") + 1] === bridge);
  return {
    rstp: own.some((line) => line.join(" ").endsWith("stp_state 1")),
    addresses: own.flatMap(([what, verb, address]) =>
      what === "address" && verb === "replace" ? (address ?? []) : [],
    ),
  };
}

/** The ports that {@link restoreText} gives to the bridge, by their names in the kernel: of extra links, not by ours. */
export function portsIn(text: string): string[] {
  return [...text.matchAll(/^link set dev (?:ve-[A-Za-z0-9-]+\.)?(\S+) master /gm)].map(([, name]) => name ?? "");
}

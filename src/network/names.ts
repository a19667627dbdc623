/** Names of what a container's network is made of: all derived from the container's name, so that nothing is counted. */
import { hash } from "node:crypto";

/** The longest name of a Linux interface, without its final NUL (IFNAMSIZ). */
const longest = 15;
const base32 = "0123456789abcdfghijklmnpqrsvwxyz";

/** The host's end of a container's link. */
export interface HostInterface {
  /** At most 15 characters. */
  readonly name: string;
  /** The full `ve-<container>`, where that does not fit into `name`; set as an alternative name. */
  readonly altname: string | null;
}

/**
 * `ve-<container>`, or, where that is longer than 15 characters, its beginning, `_` and a hash. `_` is no part of a
 * container's name, so a shortened name is never the full name of another container.
 */
export function hostInterface(container: string): HostInterface {
  const full = `ve-${container}`;
  if (full.length <= longest) return { name: full, altname: null };
  return { name: `${full.slice(0, 8)}_${shortHash(full)}`, altname: full };
}

/** The interface inside. */
export const insideInterface = "eth0";

export const networkNamespace = (container: string): string => `ct-${container}`;

/** Where iproute2 keeps it (ip-netns(8)). */
export const namespacePath = (container: string): string => `/run/netns/${networkNamespace(container)}`;

/**
 * A fixed address from the range for local use, so that what neighbours remember stays right after a restart.
 * Follows from the container's name alone: two hosts give a container of one name one address, which matters only
 * where both are bridged into one network.
 */
export function macAddress(container: string, end: "host" | "inside"): string {
  const digest = hash("sha256", `stowage link ${end} ${container}`);
  return `02:${digest.slice(0, 2)}:${digest.slice(2, 4)}:${digest.slice(4, 6)}:${digest.slice(6, 8)}:${digest.slice(8, 10)}`;
}

/** 30 bits. */
function shortHash(text: string): string {
  const digest = hash("sha256", text, "buffer");
  return [...digest.subarray(0, 6)].map((byte) => base32[byte & 31]).join("");
}

/** Names of what a container's network is made of: all derived from the container's name, so that nothing is counted. */
import { createHash, hash } from "node:crypto";

/** The longest name of a Linux interface, without its final NUL (IFNAMSIZ). */
const longest = 15;
const base32 = "0123456789abcdfghijklmnpqrsvwxyz";

/** The host's end of a container's link. */
export interface HostInterface {
  /** At most 15 characters. */
  readonly name: string;
  /** An alternative name: the full one where that does not fit into `name`, and one of our own for an extra link. */
  readonly altname: string | null;
  /** What our commands call it: of the two the one that nobody else gives to an interface. */
  readonly handle: string;
}

/** Point to point, or a port of a bridge. */
export type LinkKind = "ve" | "vb";

/**
 * `ve-<container>` or `vb-<container>`; where that is longer than 15 characters, its beginning, `_` and a hash. `_` is no
 * part of a container's name, so a shortened name is never the full name of another container.
 */
export function hostInterface(container: string, kind: LinkKind = "ve"): HostInterface {
  const full = `${kind}-${container}`;
  const name = shortened(full);
  return { name, altname: name === full ? null : full, handle: name };
}

/** The host's end of an extra link. Its name is the user's, so an interface that has it may be somebody else's. */
export function extraInterface(container: string, name: string): HostInterface {
  const altname = `ve-${container}.${name}`;
  return { name, altname, handle: altname };
}

/** Inside. */
export const macvlanInterface = (parent: string): string => shortened(`mv-${parent}`);

/** An alternative name by which an interface of the host is found again, whatever it is called inside. */
export const movedInterface = (container: string, name: string): string => `if-${container}.${name}`;

/** The interface inside. */
export const insideInterface = "eth0";

export const networkNamespace = (container: string): string => `ct-${container}`;

/** Where iproute2 keeps it (ip-netns(8)). */
export const namespacePath = (container: string): string => `/run/netns/${networkNamespace(container)}`;

/** A name for the host's own namespace, while the net unit starts. No container's: none has `_` in its name. */
export const hostNamespace = (container: string): string => `${networkNamespace(container)}_host`;

/**
 * A fixed address from the range for local use, so that what neighbours remember stays right after a restart.
 * @param link the container's name; for a further link with the name of that behind a blank
 * @param host a text that no other host has: containers of one name on two hosts may be bridged into one network
 */
export function macAddress(link: string, end: "host" | "inside", host = ""): string {
  const hex = hash("sha256", `stowage link ${end} ${link}\n${host}`.trimEnd());
  const byte = (at: number): string => hex.slice(2 * at, 2 * at + 2);
  return `02:${byte(0)}:${byte(1)}:${byte(2)}:${byte(3)}:${byte(4)}`;
}

/** A metric that routes of other interfaces do not have, and no route of the kernel's own. */
export function routeMetric(name: string): number {
  return 0x10000 + (createHash("sha256").update(`stowage route ${name}`).digest().readUInt32BE() >>> 2);
}

const shortened = (full: string): string => (full.length <= longest ? full : `${full.slice(0, 8)}_${shortHash(full)}`);

/** 30 bits. */
function shortHash(text: string): string {
  const digest = createHash("sha256").update(text).digest();
  return [...digest.subarray(0, 6)].map((byte) => base32[byte & 31]).join("");
}

/**
 * What of an archive becomes part of a system, and what is refused. Holds the tree that the entries so far make, so that
 * none goes through a link of a former one. Pure.
 */
import type { Problem } from "../../error.ts";
import { withNumbers } from "./acl.ts";
import type { EntryKind, TarEntry } from "./tar-reader.ts";

/** Thrown for an entry that is refused; told with the name of the source by who reads it. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly details: Pick<Problem, "details" | "hint">;

  constructor(message: string, details: Pick<Problem, "details" | "hint"> = {}) {
    super(message);
    this.details = details;
  }
}

/** What there is room for. */
export interface Room {
  readonly bytes: number;
  readonly files: number;
}

/** Made anew at each start: what an archive has there is left out. */
const notOfSystem = ["dev", "proc", "sys", "run", "tmp", ".dockerenv"];
/** In a system with a merged /usr, links; they are made anew in every root. */
export const usrLinks = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];
/** Where the container's own state begins: a link there would lead what is written out of it. */
export const ownDirectories = ["etc", "var", "root", "home", "srv", "opt", "mnt", "media", "boot"];

type NodeKind = "directory" | "symlink" | "other";

const nodeKind = (kind: EntryKind): NodeKind => (kind === "directory" || kind === "symlink" ? kind : "other");

/** Attributes that mean the same in every container. The rest is the building host's: labels of its policy, its overlayfs. */
const keptAttributes = /^SCHILY\.(acl\.(access|default)|xattr\.(security\.capability|user\.[^\0]+))$/;

export class TreePolicy {
  readonly #nodes = new Map<string, NodeKind>();
  readonly #room: Room;
  #bytes = 0;
  #files = 0;
  /** Seconds since 1970 of the newest entry, rounded up. */
  newest = 1;

  constructor(room: Room) {
    this.#room = room;
  }

  /** The entry with a clean name, or null when it is left out. @throws Refused */
  admit(entry: TarEntry): TarEntry | null {
    const path = cleanPath(entry.name, "name");
    this.#count(entry);
    if (path === "" || notOfSystem.includes(firstPart(path))) return null;
    this.#checkWay(path);
    if (entry.kind === "device") throw new Refused(`${path} is a device node`, { hint: "leave it out of the archive" });
    checkOwner(path, entry);
    const link = this.#link(path, entry);
    if (usrLinks.includes(path)) return this.#usrLink(path, entry);
    this.#note(path, entry);
    const attributes = new Map([...withNumbers(entry.attributes)].filter(([key]) => keptAttributes.test(key)));
    return { ...entry, name: path, link, attributes };
  }

  /** Takes a path, and what is below it, out of the tree. Returns whether there was something. */
  remove(path: string): boolean {
    const below = [...this.#nodes.keys()].filter((known) => known === path || known.startsWith(`${path}/`));
    for (const known of below) this.#nodes.delete(known);
    return below.length > 0;
  }

  childrenOf(directory: string): string[] {
    const start = directory === "" ? "" : `${directory}/`;
    const inside = [...this.#nodes.keys()].filter((path) => path !== directory && path.startsWith(start));
    return [...new Set(inside.map((path) => start + firstPart(path.slice(start.length))))];
  }

  kindOf(path: string): NodeKind | undefined {
    return this.#nodes.get(path);
  }

  /** What makes the whole a system that a container can boot. @throws Refused */
  checkWhole(): void {
    const needs = { details: ["a system is a root file system with a merged /usr, /etc, and systemd as its init"] };
    for (const name of ["usr", "etc"]) {
      if (this.kindOf(name) !== "directory") throw new Refused(`has no directory ${name}/`, needs);
    }
    if (this.kindOf("usr/lib/systemd/systemd") === undefined) {
      throw new Refused("has no init: there is no usr/lib/systemd/systemd", {
        ...needs,
        hint: "install systemd in it before it is packed (Debian: systemd-sysv and dbus)",
      });
    }
  }

  #count({ kind, size }: TarEntry): void {
    this.#files += 1;
    this.#bytes += kind === "file" ? size : 0;
    const over = this.#bytes > this.#room.bytes ? "bytes" : this.#files > this.#room.files ? "files" : null;
    if (over === null) return;
    throw new Refused(`unpacks to more than there is room for: ${this.#room[over]} ${over}`, {
      hint: "free some space, or remove old generations",
    });
  }

  /** Every part above is a directory, whether the archive says so or not. */
  #checkWay(path: string): void {
    const parts = path.split("/");
    for (let end = 1; end < parts.length; end++) {
      const above = parts.slice(0, end).join("/");
      const kind = this.#nodes.get(above);
      if (usrLinks.includes(above)) throw unmerged(above);
      if (kind === undefined) this.#nodes.set(above, "directory");
      else if (kind !== "directory") {
        throw new Refused(`${path} lies below ${above}, which is ${kind === "symlink" ? "a link" : "no directory"}`);
      }
    }
  }

  #link(path: string, { kind, link }: TarEntry): string {
    if (kind === "symlink") {
      if (link === "" || hasControl(link)) throw new Refused(`the link ${path} leads to ${JSON.stringify(link)}`);
      return link;
    }
    if (kind !== "hardlink") return "";
    const target = cleanPath(link, `hard link ${path} with the target`);
    const known = this.#nodes.get(target);
    if (known === undefined || known === "directory" || target === path) {
      throw new Refused(`${path} is a hard link to ${target}, which is no file of the archive before it`);
    }
    return target;
  }

  #usrLink(path: string, { kind, link }: TarEntry): null {
    if (kind !== "symlink" || link.replace(/^\/?/, "").replace(/\/$/, "") !== `usr/${path}`) throw unmerged(path);
    return null;
  }

  #note(path: string, entry: TarEntry): void {
    const before = this.#nodes.get(path);
    const kind =
      entry.kind === "hardlink" ? (this.#nodes.get(cleanPath(entry.link, "")) as NodeKind) : nodeKind(entry.kind);
    if (before !== undefined && (before === "directory") !== (kind === "directory")) {
      throw new Refused(`${path} is there twice, once as a directory`);
    }
    if (ownDirectories.includes(path) && kind === "symlink") {
      throw new Refused(`${path} is a link`, {
        details: [`a container keeps its own state in /${path}: it is a directory there`],
      });
    }
    this.#nodes.set(path, kind);
    this.newest = Math.max(this.newest, Math.ceil(Number(entry.mtime)));
  }
}

const unmerged = (path: string): Refused =>
  new Refused(`has a directory ${path}/ of its own: its /usr is not merged`, {
    details: ["containers share /usr, so /bin, /sbin and /lib are links into it"],
    hint: "merge it before it is packed (Debian: the package usrmerge)",
  });

/** An id-mapped container has these numbers and no others. */
function checkOwner(path: string, { uid, gid }: TarEntry): void {
  if (uid <= 65_535 && gid <= 65_535) return;
  throw new Refused(`${path} belongs to ${uid}:${gid}`, {
    details: ["a container has the numbers 0 to 65535"],
    hint: "pack it inside the user namespace that made it (podman unshare tar …)",
  });
}

const firstPart = (path: string): string => path.split("/", 1)[0] as string;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const hasControl = (text: string): boolean => /[\x00-\x1f\x7f]/.test(text);

/** Without `./` and a `/` at the end; "" is the root itself. @throws Refused */
export function cleanPath(name: string, what: string): string {
  const shown = JSON.stringify(name.slice(0, 200));
  if (hasControl(name)) throw new Refused(`has a ${what} ${shown} with control characters`.replace("  ", " "));
  if (name.startsWith("/")) throw new Refused(`has a ${what} ${shown} that begins at the root`);
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new Refused(`has a ${what} ${shown} that leads upwards`);
  if (name.length > 4000 || parts.some((part) => Buffer.byteLength(part) > 255)) {
    throw new Refused(`has a ${what} that is too long: ${shown}`);
  }
  return parts.join("/");
}

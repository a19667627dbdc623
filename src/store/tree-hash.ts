/**
 * One hash over a tree: paths, modes, owners, extended attributes with ACLs, contents and times; not inodes, links
 * between files or sizes of directories. Two builds of one recipe must agree in it.
 *
 * It is the SHA-256 of a tar stream, because Node cannot read extended attributes and tar is there wherever a tree is
 * unpacked. The stream is made to depend on nothing else: sorted by the C locale, numbers instead of names, no access
 * and change times, and a file that has several names (hard links) is written once for each; what
 * tar's versions write differently is made the same.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { pipe, run } from "../host/run.ts";
import { TarStream } from "./tar-stream.ts";

/** Options of GNU tar under which equal trees give equal streams; also right for carrying a tree elsewhere. */
const exactTar = [
  "--format=posix",
  // Without it the name of the extended header holds tar's process id.
  "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
  "--numeric-owner",
  // With them lists of access, by numbers. `--acls` would write the host's names of their users beside those.
  "--xattrs",
  "--xattrs-include=*",
  // The host's own: a label of its SELinux policy, what its overlayfs remembers.
  "--xattrs-exclude=security.selinux",
  "--xattrs-exclude=trusted.*",
] as const;

/** Milliseconds between two readings of a tree, and how many there are before it is a failure. */
const pause = 250;
const readings = 40;

/**
 * The hash of the tree below a directory, hex. Reads every byte: about half a second for 500 MB. Files of a tree may be those
 * of the trees that it is built on; while another build links them, too, tar takes them for changed, and all is read again.
 * @param parts what belongs to it, by name below the directory; default: everything
 */
export async function treeHash(directory: string, parts: readonly string[] = ["."]): Promise<string> {
  for (let reading = 1; ; reading++) {
    const hash = await hashOnce(directory, parts, reading < readings ? [0, 1] : [0]);
    if (hash !== null) return hash;
    await sleep(pause);
  }
}

/** @returns null where tar says that a file was not the same all the while: its exit status 1 (tar(1), "RETURN VALUE") */
async function hashOnce(directory: string, parts: readonly string[], accept: readonly number[]) {
  const options = ["-C", directory, "--sort=name", "--hard-dereference", ...exactTar, "-cf", "-", "--", ...parts];
  const hash = createHash("sha256");
  const stream = new TarStream((piece) => hash.update(piece));
  const { status } = await run(["tar", ...options], {
    env: { LC_ALL: "C", TZ: "UTC0" },
    onOutput: (chunk) => stream.push(chunk),
    package: "tar",
    accept,
  });
  return status === 0 ? hash.digest("hex") : null;
}

/**
 * The tree below a directory as an archive that depends on nothing but its content, whatever version of tar reads it.
 * @param options further ones, which come first
 * @param accept tar's exit statuses that are none of a failure; see {@link tarStream}
 */
export const exactStream = (
  directory: string,
  options: readonly string[],
  accept?: readonly number[],
): AsyncGenerator<Buffer> =>
  tarStream(["-C", directory, "--sort=name", ...options, ...exactTar, "-cf", "-", "."], accept);

/**
 * What tar writes to its output, without what its versions write differently.
 * @param accept default `[0]`; with 1 also where a file was not the same all the while, if only by the number of its links
 */
export async function* tarStream(options: readonly string[], accept: readonly number[] = [0]): AsyncGenerator<Buffer> {
  const abort = new AbortController();
  const env = { LC_ALL: "C", TZ: "UTC0" };
  const { stdin, stdout, ended } = pipe(["tar", ...options], { env, package: "tar", signal: abort.signal, accept });
  stdin.end();
  try {
    let pieces: Uint8Array[] = [];
    const same = new TarStream((piece) => pieces.push(piece));
    for await (const chunk of stdout as AsyncIterable<Buffer>) {
      same.push(chunk);
      yield Buffer.concat(pieces);
      pieces = [];
    }
    await ended;
  } finally {
    abort.abort();
    await Promise.allSettled([ended]);
  }
}

/**
 * One hash over a tree: paths, modes, owners, extended attributes with ACLs, contents and times; not inodes, links
 * between files or sizes of directories. Two builds of one recipe must agree in it.
 *
 * It is the SHA-256 of a tar stream, because Node cannot read extended attributes and tar is there wherever a tree is
 * unpacked. The stream is made to depend on nothing else: sorted by the C locale, numbers instead of names, no access
 * and change times, and a file that has several names (hard links) is written once for each.
 */
import { StowageError } from "../error.ts";
import { run } from "../host/run.ts";

/** Options of GNU tar under which equal trees give equal streams; also right for carrying a tree elsewhere. */
export const exactTar = [
  "--format=posix",
  // Without it the name of the extended header holds tar's process id.
  "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
  "--numeric-owner",
  "--acls",
  "--xattrs",
  "--xattrs-include=*",
  // The host's own: a label of its SELinux policy, what its overlayfs remembers.
  "--xattrs-exclude=security.selinux",
  "--xattrs-exclude=trusted.*",
] as const;

/**
 * Constant; tar's arguments are its own. A pipe's status is that of its last program: tar's goes
 * round it on a descriptor of its own, or the hash of half a tree would be taken for that of the whole.
 */
const program = `
exec 3>&1
status=$({ { tar "$@"; echo $? >&4; } | sha256sum >&3; } 4>&1)
exit "$status"
`;

/**
 * The hash of the tree below a directory, hex. Reads every byte: about a second for 500 MB.
 * @param parts what belongs to it, by name below the directory; default: everything
 */
export async function treeHash(directory: string, parts: readonly string[] = ["."]): Promise<string> {
  const options = ["-C", directory, "--sort=name", "--hard-dereference", ...exactTar, "-cf", "-", "--", ...parts];
  const result = await run(["sh", "-c", program, "tree-hash", ...options], {
    env: { LC_ALL: "C", TZ: "UTC0" },
    package: "tar",
  });
  const hash = /^([0-9a-f]{64}) /.exec(result.stdout)?.[1];
  if (hash !== undefined) return hash;
  throw new StowageError({ code: "tree-hash", message: `${directory} could not be hashed`, details: [result.stderr] });
}

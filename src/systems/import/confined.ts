/**
 * Programs that touch what came from outside. They see the host's programs read-only, one directory that they may write,
 * no network and no process but their own; of root's rights they have those that files of other owners need. They end
 * with us, however we end.
 */
import { rmSync } from "node:fs";
import { run } from "../../host/run.ts";
import { makeAll } from "../../store/make-all.ts";

/** To write files of any owner and mode: no device nodes, no mounts. */
const fileRights = "-all,+chown,+dac_override,+fowner,+fsetid,+setfcap";

/**
 * Arguments: an empty directory for the view, the directory to write, then the program. Constant; mounts are those of a
 * namespace that is gone with the program.
 */
const viewProgram = `
set -eu
view=$1 write=$2
shift 2
umask 022
mount -t tmpfs -o mode=0755 tmpfs "$view"
for name in usr bin sbin lib lib32 lib64 libx32 nix; do
  if [ -L "/$name" ]; then ln -s "$(readlink "/$name")" "$view/$name"
  elif [ -d "/$name" ]; then
    mkdir "$view/$name"
    mount --bind "/$name" "$view/$name"
    mount -o remount,bind,ro,nosuid "$view/$name"
  fi
done
mkdir "$view/write" "$view/proc"
mount -t proc proc "$view/proc"
mount --bind "$write" "$view/write"
mount -o remount,bind,nosuid,nodev,noexec "$view/write"
mount -o remount,ro "$view"
exec chroot "$view" setpriv --bounding-set=${fileRights} --inh-caps=-all --no-new-privs -- "$@"
`;

const namespaces = ["-m", "-p", "-f", "-i", "-u", "-n", "--kill-child", "--mount-proc", "--propagation", "private"];

/** A program that writes below one directory, which it sees as `/write`. */
export interface Confined {
  readonly argv: readonly string[];
  /** Takes away what it needed. */
  clean(): void;
}

export function confined(directory: string, argv: readonly string[]): Confined {
  const view = `${directory}.view`;
  makeAll(view);
  const program = ["sh", "-c", viewProgram, "stowage-view", view, directory, ...argv];
  return {
    argv: ["setpriv", "--pdeathsig", "KILL", "--", "unshare", ...namespaces, "--", ...program],
    clean: () => rmSync(view, { recursive: true, force: true }),
  };
}

/** Unpacks an archive of our own making from its standard input. */
export const unpacking = (directory: string): Confined =>
  confined(directory, [
    "tar",
    "--extract",
    "--file=-",
    "--directory=/write",
    "--numeric-owner",
    "--same-owner",
    "--preserve-permissions",
    "--delay-directory-restore",
    "--warning=no-timestamp",
    "--acls",
    "--xattrs",
    "--xattrs-include=*",
  ]);

/** Removes paths below a directory, and what is below them. */
export async function removeBelow(directory: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const removing = confined(directory, ["sh", "-c", "cd /write && exec xargs -0 rm -rf --"]);
  try {
    await run(removing.argv, { input: paths.map((path) => `./${path}\0`).join(""), package: "util-linux" });
  } finally {
    removing.clean();
  }
}

/** A program that reads a stream and writes one: as nobody, with no rights, no network, and nothing that it may write. */
export const filtering = (argv: readonly string[]): string[] => [
  ...["unshare", "-n", "-i", "-u", "--"],
  ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"],
  ...["--no-new-privs", "--", ...argv],
];

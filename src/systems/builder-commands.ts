/** `system.extraSystemBuilderCmds`: commands of the configuration's that add to a toplevel. */
import { mkdirSync, rmSync } from "node:fs";
import { StowageError } from "../error.ts";
import { inNamespaces } from "../host/namespaces.ts";

/**
 * Makes a root of the packages alone, in private namespaces, and runs the commands there: as root, so that what they make is
 * root's, and without capabilities. What of the result is the host's business is there, and read-only.
 *
 * Arguments: WORK OUT USR ETC COMMANDS.
 */
const program = `
set -eu
work=$1 out=$2 usr=$3 etc=$4 commands=$5
umask 022
mount -t tmpfs -o mode=0755 tmpfs "$work"
cd "$work"
mkdir usr etc proc dev tmp var out
for name in bin sbin lib lib64; do ln -s "usr/$name" "$name"; done
mount --bind -o ro "$usr" usr
mount --bind -o ro "$etc" etc
mount --bind "$out" out
for part in root recipe.json; do mount --bind -o ro "$out/$part" "out/$part"; done
mount -t proc -o ro proc proc
for node in null zero full random urandom; do
  : >"dev/$node"
  mount --bind "/dev/$node" "dev/$node"
done
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -o remount,ro "$work"
exec chroot . /usr/bin/setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all \\
  /usr/bin/env -i PATH=/usr/sbin:/usr/bin HOME=/tmp TMPDIR=/tmp LC_ALL=C.UTF-8 TZ=UTC0 SOURCE_DATE_EPOCH=1 out=/out \\
  /bin/sh -e -c "cd /tmp
$commands"
`;

/** Milliseconds. */
const patience = 600_000;

/** How many lines of what they said are shown. */
const lastLines = 15;

/**
 * @param directory the toplevel, complete
 * @param packages path of the package tree, whose programs they are
 * @throws StowageError `build-failed` with their output
 */
export async function runBuilderCommands(directory: string, packages: string, container: string, commands: string) {
  if (commands.trim() === "") return;
  const work = `${directory}-work`;
  mkdirSync(work, { mode: 0o755 });
  const args = [work, directory, `${packages}/usr`, `${packages}/seed/etc`, commands];
  try {
    const { status, stdout, stderr } = await inNamespaces(["sh", "-c", program, "stowage-commands", ...args], {
      timeout: patience,
    });
    if (status !== 0) throw failed(container, status, `${stdout}${stderr}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const failed = (container: string, status: number, output: string) =>
  new StowageError({
    code: "build-failed",
    message: `system.extraSystemBuilderCmds of container ${container} ended with exit status ${status}`,
    details: output.trimEnd().split("\n").slice(-lastLines),
    option: ["containers", container, "config", "system", "extraSystemBuilderCmds"],
  });

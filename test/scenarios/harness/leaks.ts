/** What must be as before when something was undone: read from the machine, by the machine's own tools. */
import { expect } from "vitest";
import { eventually } from "./wait.ts";

interface Machine {
  sh(script: string): Promise<string>;
}

/** One sorted list of lines for each kind of thing that could be left behind. */
export type Snapshot = Readonly<
  Record<
    | "namespaces"
    | "links"
    | "mounts"
    | "nft"
    | "cgroups"
    | "units"
    | "machines"
    | "userIds"
    | "processes"
    | "sockets"
    | "files",
    readonly string[]
  >
>;

/**
 * Constant shell text; each prints lines. Left out is what systemd's own services start and stop as they please, the
 * slices and the bare directories in which systemd and nspawn keep such things, the mount that ip(8) makes of /run/netns
 * once and for all, the lock files of an nspawn that was killed, and the store (what was built is kept), generations and
 * the lock.
 */
const probes: Readonly<Record<keyof Snapshot, string>> = {
  namespaces: "ls -1 /run/netns 2>/dev/null || :",
  links: "ip -oneline link show | sed -E 's/^[0-9]+: ([^:]+):.*/\\1/'",
  mounts: "awk '{ print $5 }' /proc/1/mountinfo | grep -vE '^/run/(user/|credentials/|netns$)' || :",
  nft: "nft --stateless list ruleset",
  cgroups:
    "cd /sys/fs/cgroup && find . -mindepth 1 -type d | grep -vE '[.]slice$|^./(lab-run|user.slice|system.slice/(systemd-|dbus|modprobe|system-modprobe))' || :",
  units:
    "systemctl list-units --all --plain --no-legend '*container*' '*stowage*' | grep -vE '[.]slice ' | awk '{ print $1, $3, $4 }'",
  machines: "machinectl list --no-legend | awk '{ print $1 }'; ls -1 /run/systemd/machines | grep -v : || :",
  // A lock for each range in use; systemd-nspawn takes its own away, unless it was killed.
  userIds: "ls -1 /run/systemd/nspawn-uid 2>/dev/null || :",
  processes: "ps -e -o comm= | grep -E '^(systemd-nspaw|systemd-socket-p)' || :",
  // Services that systemd starts when they are asked for have sockets in /run/systemd.
  sockets: "ss -Hlntu | awk '{ print $1, $5 }'; ss -Hlx | awk '{ print $5 }' | grep -E '^/(run/stowage|var)/' || :",
  files: `find /etc /run/stowage /run/systemd/nspawn /var/lib/stowage /var/lib/machines /var/tmp -xdev \
    \\( -path /var/lib/stowage/store -o -path /var/lib/stowage/generations -o -path /run/stowage/lock -o -path /run/stowage/gate -o -path "/run/systemd/nspawn/locks/*" \\) -prune -o -printf '%p %y %m %l\\n' 2>/dev/null |
    grep -vE '^(/run/stowage(/containers|/empty)?|/run/systemd/nspawn(/[a-z-]+)?) d ' || :
    find /etc -xdev -type f -exec sha256sum {} +`,
};

/** The machine as it is now. */
export async function snapshot(machine: Machine): Promise<Snapshot> {
  const taken = await Promise.all(
    Object.entries(probes).map(async ([kind, script]) => {
      const lines = (await machine.sh(script)).split("\n").filter((line) => line !== "");
      return [kind, lines.sort()] as const;
    }),
  );
  return Object.fromEntries(taken) as unknown as Snapshot;
}

/**
 * Expects the machine to come to be as it was. Some of it goes a moment after the command that ended it has returned
 * (`ip netns del`, for one), so it is given some seconds.
 * @param but kinds that are meant to differ
 * @param own lines that are nobody's leftovers
 */
export async function expectAsBefore(
  machine: Machine,
  before: Snapshot,
  but: readonly (keyof Snapshot)[] = [],
  own?: RegExp,
): Promise<void> {
  const without = (taken: Snapshot) =>
    Object.fromEntries(
      Object.entries(taken)
        .filter(([kind]) => !but.includes(kind as keyof Snapshot))
        .map(([kind, lines]) => [kind, lines.filter((line) => !own?.test(line))]),
    );
  await eventually(async () => expect(without(await snapshot(machine))).toEqual(without(before)));
}

/** What the kernel must be able to do, and its limits. */
import { canMap, isSince } from "../../host/id-maps.ts";
import { containersOf, type Facts } from "../facts.ts";
import { type Finding, judge } from "../finding.ts";

export function kernel({ kernel, isRoot }: Facts): Finding[] {
  // With root and yet not tried: its program is missing, which is a finding of its own.
  const feature = (check: string, there: boolean | null, name: string, why: string): Finding[] =>
    there === null
      ? isRoot
        ? []
        : [{ check, state: "note", what: `${name}: only root can try it`, mend: "sudo stowage doctor" }]
      : [
          judge(check, there, `the kernel has ${name}`, {
            state: check === "kernel-macvlan" ? "note" : "problem",
            what: `the kernel has no ${name}`,
            why,
            mend: "use a kernel with it, or load its module",
          }),
        ];
  return [
    judge("cgroup2", kernel.cgroup2, "cgroup v2", {
      state: "problem",
      what: "/sys/fs/cgroup is not cgroup v2",
      why: "the systemd in a container manages its own part of cgroup v2",
      mend: "boot without systemd.unified_cgroup_hierarchy=0",
    }),
    judge("user-namespaces", kernel.maxUserNamespaces > 0, "user namespaces are allowed", {
      state: "problem",
      what: "user namespaces are switched off",
      why: "they are what isolates a container's root from the host",
      mend: "sysctl user.max_user_namespaces=65536, and write that to /etc/sysctl.d",
    }),
    ...feature("kernel-overlay", kernel.overlay, "overlayfs", "trusted containers have their /usr in one"),
    ...feature("kernel-veth", kernel.veth, "veth", "a container's own network is one end of it"),
    ...feature("kernel-macvlan", kernel.macvlan, "macvlan", "the option macvlans needs it"),
    ...feature("kernel-nftables", kernel.nftables, "nf_tables", "forwarded ports and firewalls of containers need it"),
  ];
}

const fewInstances = 1024;

/** Each systemd takes some six; the limit counts for all containers whose root is the same user. */
export function limits(facts: Facts): Finding[] {
  const found = facts.kernel.inotifyInstances;
  return [
    judge("inotify", found >= fewInstances, `${found} inotify instances`, {
      state: containersOf(facts).length > 15 ? "problem" : "note",
      what: `fs.inotify.max_user_instances is ${found}`,
      why: "some 20 containers use 128 up; further ones hang at their start",
      mend: "stowage switch raises it when a container starts; until then: sysctl fs.inotify.max_user_instances=8192",
    }),
  ];
}

/** Of those that only some kernels map; what a container's own state is on must not be left to a try. */
const doubtful = /^(fuse(\..*)?|vfat|exfat|ntfs3?|zfs|ceph)$/;

/** Mounts are mapped since Linux 5.12. */
const mapsIds = (fileSystem: string, release: string): boolean =>
  isSince(release, 5, 12) && !doubtful.test(fileSystem) && canMap(fileSystem, release);

export function storage({ state, kernel }: Facts): Finding[] {
  const mib = Math.floor(state.freeBytes / 2 ** 20);
  const tight = mib < 200 || (state.freeInodes !== null && state.freeInodes < 5000);
  return [
    judge(
      "idmapped-mounts",
      mapsIds(state.fileSystem, kernel.release),
      `${state.directory} is on ${state.fileSystem}`,
      {
        state: "problem",
        what: `${state.directory} is on ${state.fileSystem}, Linux ${kernel.release}: ids cannot be mapped there`,
        why: "an isolated container sees its files by an id-mapped mount",
        mend: `put ${state.directory} on ext4, xfs or btrfs, with Linux 5.12 or newer`,
      },
    ),
    judge("free-space", mib >= 1024 && !tight, `${mib} MiB are free in ${state.directory}`, {
      state: tight ? "problem" : "note",
      what: `${mib} MiB${state.freeInodes === null ? "" : ` and ${state.freeInodes} inodes`} are free in ${state.directory}`,
      why: "a system of packages takes some 200 MiB, once for all containers that have the same",
      mend: `make room in ${state.directory}`,
    }),
  ];
}

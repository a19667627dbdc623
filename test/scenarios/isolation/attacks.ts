/** What root of a container may try against its host. Each is a program of the shell that ends well if the attack did. */
import type { Name } from "./stage.ts";

export interface Attack {
  readonly name: string;
  readonly script: string;
  /** Where it succeeds besides the weak container: what trusted containers can do, and are said to. */
  readonly alsoIn?: readonly Name[];
  /** Why it cannot be shown to succeed anywhere: the machine that the lab hosts run on refuses it already. */
  readonly unproven?: string;
}

const filtered = "the lab's own filter of system calls refuses it, to everybody";
const modules = "the kernel that the tests run on has no modules";

/** Numbers of system calls are those of x86-64; perl passes no literals to them. */
const perl = (code: string): string => `perl -MErrno -e '${code}'`;
/** Ends well unless the kernel, or a filter, refuses at once; what the call then says of its arguments is no matter. */
const allowed = (call: string): string => perl(`$! = 0; syscall(${call}); exit($!{EPERM} || $!{ENOSYS} ? 1 : 0)`);
const write = (path: string): string => `touch ${path}/planted`;

export const onMounts: readonly Attack[] = [
  { name: "/usr writable by a remount of the bind", script: `mount -o remount,rw,bind /usr && ${write("/usr")}` },
  { name: "/usr writable by a remount of the file system", script: `mount -o remount,rw /usr && ${write("/usr")}` },
  {
    name: "/usr writable by a remounted copy of the bind",
    script: `mkdir -p /mnt/a && mount --bind /usr /mnt/a && mount -o remount,rw,bind /mnt/a && ${write("/mnt/a")}`,
  },
  {
    name: "/usr writable by a remounted copy of everything",
    script: `mkdir -p /mnt/a && mount --rbind / /mnt/a && mount -o remount,rw,bind /mnt/a/usr && ${write("/mnt/a/usr")}`,
  },
  {
    name: "/usr writable in a user namespace of one's own",
    script: `unshare --user --map-root-user --mount sh -c 'mount -o remount,rw,bind /usr && ${write("/usr")}'`,
    unproven: "in a namespace with fewer rights the kernel locks mounts, in every container",
  },
  {
    name: "what is declared writable by a remount",
    script: `mount -o remount,rw,bind /run/declared && ${write("/run/declared")}`,
    alsoIn: ["loose"],
  },
  {
    name: "a read-only bind mount writable by a remount",
    script: `mount -o remount,rw,bind /shared && ${write("/shared")}`,
    alsoIn: ["loose"],
  },
  {
    name: "/usr unmounted, to see what is beneath",
    script: perl('my $p = "/usr"; exit(syscall(166, $p, 2) ? 1 : 0)'),
    alsoIn: ["loose"],
  },
  { name: "/run/declared unmounted", script: "umount --lazy /run/declared", alsoIn: ["loose"] },
  { name: "/usr moved away", script: "mkdir -p /mnt/c && mount --move /usr /mnt/c", alsoIn: ["loose"] },
];

/** Kernel settings are written as they are: they belong to the machine that runs the tests, too. */
const rewrite = (file: string): string => `v=$(cat ${file}) && echo "$v" > ${file}`;
const setting = (file: string): Attack => ({
  name: `the host's ${file}`,
  script: `mount -o remount,rw,bind /proc/sys; ${rewrite(`/proc/sys/${file}`)}`,
  alsoIn: ["loose"],
});
const remount = (path: string): string => `{ mount -o remount,rw,bind ${path}; mount -o remount,rw ${path}; }`;
const settings = ["kernel/core_pattern", "kernel/panic", "vm/swappiness", "vm/overcommit_memory", "fs/file-max"];

export const onTheKernel: readonly Attack[] = [
  ...settings.map(setting),
  {
    name: "the host's core_pattern by a fresh proc",
    script: `mkdir -p /mnt/p && mount -t proc proc /mnt/p && ${rewrite("/mnt/p/sys/kernel/core_pattern")}`,
    alsoIn: ["loose"],
  },
  {
    name: "/sys by a remount",
    script: `${remount("/sys")}; ${remount("/sys/kernel")}; ${rewrite("/sys/kernel/rcu_expedited")}`,
    alsoIn: ["loose"],
  },
  {
    name: "/sys by a fresh sysfs",
    script: `mkdir -p /mnt/s && mount -t sysfs sysfs /mnt/s && { ${remount("/mnt/s")}; ${rewrite("/mnt/s/kernel/rcu_expedited")}; }`,
    alsoIn: ["loose"],
  },
  { name: "a block device by mknod", script: "rm -f /root/disk && mknod /root/disk b 7 0 && rm /root/disk" },
  {
    name: "a file of the host's by its handle",
    // The root directory of an ext file system: inode 2, in a handle of kind 1.
    script: perl('my $h = pack("IiII", 8, 1, 2, 0); open(my $d, "<", "/"); exit(syscall(304, fileno($d), $h, 0) < 0)'),
    unproven: filtered,
  },
  { name: "bpf", script: allowed("321, 5, 0, 0") },
  { name: "the clock", script: allowed("164, 0, 0") },
  { name: "the log of the kernel", script: allowed("103, 10, 0, 0") },
  { name: "a module", script: allowed("175, 0, 0, 0"), unproven: modules },
  { name: "another kernel", script: allowed("246, 0, 0, 0, 0"), unproven: filtered },
];

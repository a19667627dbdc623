/** Which file systems can be id-mapped. Facts: mount_setattr(2). Pure. */

/** Those that refuse on every kernel so far. Of others only a start tells: FUSE, for one, leaves it to each server. */
const neverMapped = (
  "overlay aufs nfs nfs4 cifs smb3 9p ramfs proc sysfs devtmpfs devpts cgroup cgroup2 debugfs tracefs securityfs " +
  "configfs ecryptfs fuse.sshfs fuse.s3fs fuse.rclone"
).split(" ");

/** @param release as `uname --kernel-release` */
export function canMap(type: string, release: string): boolean {
  if (neverMapped.includes(type)) return false;
  const [major = 0, minor = 0] = release.split(".").map((part) => Number.parseInt(part, 10));
  return type !== "tmpfs" || major > 6 || (major === 6 && minor >= 3);
}

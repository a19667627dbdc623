/** Which file systems can be id-mapped. Facts: mount_setattr(2). Pure. */

/** Those that refuse on every kernel so far. Of others only a start tells: FUSE, for one, leaves it to each server. */
const neverMapped = (
  "overlay aufs nfs nfs4 cifs smb3 9p ramfs proc sysfs devtmpfs devpts cgroup cgroup2 debugfs tracefs securityfs " +
  "configfs ecryptfs fuse.sshfs fuse.s3fs fuse.rclone"
).split(" ");

/** @param release as `uname --kernel-release` */
export const canMap = (type: string, release: string): boolean =>
  !neverMapped.includes(type) && (type !== "tmpfs" || isSince(release, 6, 3));

/** Whether a kernel is this version or a later one. @param release as `uname --kernel-release` */
export function isSince(release: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = release.split(".").map((part) => Number.parseInt(part, 10));
  return first > major || (first === major && second >= minor);
}

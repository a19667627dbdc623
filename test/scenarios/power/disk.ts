/**
 * A disk that is a file. What a power cut leaves of it is a copy of that file, taken while the machine writes: what only
 * the machine's memory had is not in it.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmdirSync, truncateSync, writeFileSync } from "node:fs";
import { expect } from "vitest";

/**
 * Nothing reaches the disk by itself: the journal is not committed by the clock, and a rename does not write out what was
 * renamed, as ext4 does to be kind to programs that forget fsync(2). Other file systems are not. See ext4(5).
 */
export const unkind = "commit=3600,noauto_da_alloc,data=writeback";

/** A new, empty file system. */
export function makeDisk(image: string, megabytes: number): void {
  writeFileSync(image, "");
  truncateSync(image, megabytes * 1024 * 1024);
  execFileSync("mkfs.ext4", ["-q", "-F", "-m", "0", "-O", "^resize_inode", image]);
}

/** What the disk has at this moment. */
export function copyDisk(image: string, copy: string): void {
  execFileSync("cp", ["--sparse=always", "--", image, copy]);
}

/**
 * What a machine finds on it that starts with this disk: the journal of the file system is replayed, and the file system
 * must be whole. Mounted in a namespace of its own, so that nothing stays mounted, however we end.
 * @param read gets the directory in which it is mounted
 */
export async function readDisk<T>(image: string, read: (directory: string) => T): Promise<T> {
  const point = `${image}.mounted`;
  mkdirSync(point, { recursive: true });
  const script = 'mount -o loop "$1" "$2"; echo mounted; read end; umount "$2"; e2fsck -fn "$1"';
  const child = spawn("unshare", ["--mount", "sh", "-euc", script, "read", image, point]);
  let said = "";
  child.stderr.on("data", (piece) => {
    said += piece;
  });
  const ended = once(child, "close");
  await Promise.race([once(child.stdout, "data"), ended]);
  if (child.exitCode !== null) throw new Error(`${image} cannot be read: ${said}`);
  try {
    return read(`/proc/${child.pid}/root${point}`);
  } finally {
    child.stdin.end("\n");
    const [code] = await ended;
    rmdirSync(point);
    if (code !== 0) expect.fail(`the file system on ${image} is not whole: ${said}`);
  }
}

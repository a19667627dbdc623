import { describe, expect, test } from "vitest";
import { canMap } from "../../src/host/id-maps.ts";
import { inTheWay, mountOf, parseMounts } from "../../src/host/mounts.ts";

const mounts = parseMounts(
  [
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
    "30 22 0:40 / /srv rw,relatime shared:5 - nfs4 nas:/srv rw",
    "31 22 0:41 / /with\\040space rw - tmpfs tmpfs rw",
    "32 22 0:42 / /data rw master:2 - ext4 /dev/sdb1 rw",
    "33 22 0:43 / /data rw - xfs /dev/sdc1 rw",
    "34 33 0:44 / /data/backup rw - btrfs /dev/sdd1 rw",
    "",
  ].join("\n"),
);

describe("the mount that a path is on", () => {
  test.each([
    ["/etc", "/", "ext4"],
    ["/srv", "/srv", "nfs4"],
    ["/srv/a/b", "/srv", "nfs4"],
    ["/srvx", "/", "ext4"],
    ["/with space/x", "/with space", "tmpfs"],
    ["/data/x", "/data", "xfs"],
  ])("%s", (path, point, type) => {
    expect(mountOf(mounts, path)).toEqual({ point, type });
  });
});

test("file systems that map no ids, and memory before Linux 6.3", () => {
  for (const type of ["overlay", "nfs4", "cifs", "devtmpfs"]) expect(canMap(type, "6.18.0")).toBe(false);
  for (const type of ["ext4", "xfs", "btrfs", "fuse.unknown"]) expect(canMap(type, "6.1.0-18-amd64")).toBe(true);
  expect(canMap("tmpfs", "6.1.0-18-amd64")).toBe(false);
  expect(canMap("tmpfs", "6.3.0")).toBe(true);
  expect(canMap("tmpfs", "7.0.0")).toBe(true);
});

test("what keeps a path from being mapped: its own mount, or one below", () => {
  const point = (path: string) => inTheWay(mounts, path, "6.18.0")?.point;
  expect(point("/srv/a")).toBe("/srv");
  expect(point("/data")).toBe("/data/backup");
  expect(point("/data/backup")).toBeUndefined();
  expect(point("/etc")).toBeUndefined();
});

/**
 * The places of an imported tree that the host itself writes to or reads. The tree comes from outside: a link in one of
 * them would lead the host somewhere else.
 */
import { lstatSync } from "node:fs";
import { findPaths } from "../tree.ts";
import { Refused } from "./policy.ts";

const directories = [
  "usr/lib",
  "usr/lib/systemd",
  "usr/lib/systemd/system",
  "usr/lib/systemd/system-generators",
  "usr/lib/stowage",
  "usr/lib/tmpfiles.d",
  "seed/etc",
  "seed/etc/systemd",
  "seed/etc/systemd/system",
  "seed/var",
  "seed/var/cache",
  "seed/var/cache/debconf",
  "seed/var/lib",
  "seed/var/lib/dbus",
  "seed/var/lib/stowage",
];

const files = [
  "usr/lib/stowage/seed.list",
  "seed/etc/.updated",
  "seed/etc/group",
  "seed/etc/gshadow",
  "seed/etc/passwd",
  "seed/etc/shadow",
  "seed/var/.updated",
  "seed/var/cache/debconf/config.dat",
];

/** @param path of a store path to be, with `usr/` and `seed/` @throws Refused */
export function checkPlaces(path: string): void {
  for (const [places, noun] of [[directories, "directory"] as const, [files, "file"] as const]) {
    for (const place of places) {
      const stat = lstatSync(`${path}/${place}`, { throwIfNoEntry: false });
      const fits = noun === "directory" ? stat?.isDirectory() : stat?.isFile();
      if (stat !== undefined && !fits) throw notPlain(place, noun);
    }
  }
  for (const link of findPaths(path, "usr/lib/systemd/system/*.wants")) {
    if (!lstatSync(link).isDirectory()) throw notPlain(link.slice(path.length + 1), "directory");
  }
}

const notPlain = (place: string, noun: string): Refused =>
  new Refused(`${place.replace(/^seed\//, "")} is not a plain ${noun}`);

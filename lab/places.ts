/** Where lab hosts keep what they need: everything below `.cache/lab` of the checkout. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Put in where this is bundled: the bundle may lie in another checkout, where `.cache` is a link to that of one. */
declare const STOWAGE_CHECKOUT: string | undefined;

/** The checkout: where `tools/load.mjs` was called from, else the nearest directory above this file that has a package.json. */
export function checkout(): string {
  if (typeof STOWAGE_CHECKOUT === "string") return STOWAGE_CHECKOUT;
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, "package.json"))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error("no package.json above lab/");
    directory = parent;
  }
  return directory;
}

/** `.cache/lab`, or what STOWAGE_LAB_CACHE names: some checkouts lie on a file system that cannot hold a Debian tree. */
export function labCache(): string {
  return resolve(process.env.STOWAGE_LAB_CACHE ?? join(checkout(), ".cache", "lab"));
}

/** One directory per lab host that lives. */
export const hostsDir = (): string => join(labCache(), "hosts");
/** Package trees and lock files made by the product for scenarios; kept between runs. */
export const stateDir = (): string => join(labCache(), "state");

/** A system that the user built: whether it is one, before anything is stopped or started for it. */
import { existsSync, lstatSync, realpathSync, statSync } from "node:fs";
import { nixStore, systemLayout } from "../store/nix-places.ts";

/** Why there is no system at a path. */
export interface NoSystem {
  /** Fits after "container web has no system at its path: ". */
  readonly why: string;
  readonly details: readonly string[];
  readonly hint?: string;
}

/** null: there is one. Links that lead to it are followed, as they are at each start. */
export function noSystemAt(path: string): NoSystem | null {
  const nix = systemLayout(path) === "nix";
  const details = [
    nix ? "a system of Nix has an `init`" : "a system is a directory tree with usr/ and etc/, and an init in it",
  ];
  if (!existsSync(path)) return { why: missing(path), details };
  if (!statSync(path).isDirectory()) return { why: `${path} is not a directory`, details };
  return nix ? noNixSystem(path, details) : noTree(path, details);
}

/** A link that leads nowhere is there, and yet is not. */
const missing = (path: string): string =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
    ? `${path} is a link that leads nowhere`
    : `${path} does not exist`;

function noNixSystem(path: string, details: readonly string[]): NoSystem | null {
  const real = realpathSync(path);
  if (!real.startsWith(`${nixStore}/`))
    return { why: `${path} leads to ${real}, which is not in ${nixStore}`, details };
  if (existsSync(`${path}/init`)) return null;
  const profile = existsSync(`${path}/system/init`);
  return { why: `${path} has no init`, details, ...(profile && { hint: `did you mean ${path}/system?` }) };
}

function noTree(path: string, details: readonly string[]): NoSystem | null {
  for (const dir of ["usr", "etc"]) {
    // A link would be followed out of the tree.
    if (lstatSync(`${path}/${dir}`, { throwIfNoEntry: false })?.isDirectory()) continue;
    const isNix = realpathSync(path).startsWith(`${nixStore}/`);
    const hint = { hint: "name a system of Nix by its path below /nix" };
    return { why: `${path} has no directory ${dir}/`, details, ...(isNix && hint) };
  }
  const inits = ["usr/lib/systemd/systemd", "usr/sbin/init"];
  if (inits.some((init) => lstatSync(`${path}/${init}`, { throwIfNoEntry: false }) !== undefined)) return null;
  return { why: `${path} has no init: neither ${inits.join(" nor ")}`, details };
}

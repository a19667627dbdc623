/**
 * A container's `flake`, built by the host's Nix into the container's profile: as NixOS's `nixos-container` does it, but
 * never at a start. Facts: nix3-build(1), the manual of Nix, "Profiles".
 */
import { chmodSync, existsSync, realpathSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { StowageError } from "../error.ts";
import { readText } from "../host/files.ts";
import { run } from "../host/run.ts";
import { makeDirectories, writeFileAtomic } from "../store/files.ts";
import type { Layout } from "../store/layout.ts";
import { makeAll } from "../store/make-all.ts";
import { flakeProfile, perContainerDirs } from "../store/nix-places.ts";
import type { OnWork } from "./progress.ts";

export interface FlakeSystem {
  /** The container's name. */
  readonly name: string;
  /** As the option has it: a reference, and after `#` the name of a configuration. */
  readonly flake: string;
}

export interface BuiltFlake {
  /** Store path of what the profile was, or null where there was none. */
  readonly from: string | null;
  readonly to: string;
}

/** What `nix build` is asked for. The name defaults to `container`, as with NixOS. */
export function installable(flake: string): string {
  const [reference = "", name = "container"] = flake.split("#", 2);
  return `${reference}#nixosConfigurations."${name}".config.system.build.toplevel`;
}

/** Not in the profile itself, to which the container may write. */
const builtFrom = (layout: Layout, name: string): string => `${layout.state}/flakes/${name}`;

/** Whether the profile is there, and made from this very flake. */
export const isFlakeBuilt = (layout: Layout, { name, flake }: FlakeSystem): boolean =>
  readText(builtFrom(layout, name)) === `${flake}\n` && existsSync(`${flakeProfile(name)}/init`);

/**
 * @param options.refresh ask again for what Nix has fetched lately
 * @throws StowageError `nix-missing`, `command-failed`, `no-system-in-flake`
 */
export async function buildFlake(
  layout: Layout,
  { name, flake }: FlakeSystem,
  options: { readonly refresh?: boolean; readonly onWork?: OnWork } = {},
): Promise<BuiltFlake> {
  const profile = flakeProfile(name);
  const from = targetOf(profile);
  const argv = [nixProgram(name), ...flakesAllowed, "build", "--profile", profile];
  if (options.refresh) argv.push("--refresh");
  makeProfileDirectory(profile);
  options.onWork?.({ kind: "work", id: profile, text: `building ${flake} for ${name}` });
  // Until this is done again, nobody knows what the profile was made from.
  rmSync(builtFrom(layout, name), { force: true });
  await run([...argv, installable(flake)]);
  options.onWork?.({ kind: "work-ended", id: profile, text: `built ${flake} for ${name}` });
  const to = targetOf(profile);
  if (to === null || !existsSync(`${to}/init`)) throw noSystem(name, flake, to);
  makeDirectories(dirname(builtFrom(layout, name)), 0o700);
  writeFileAtomic(builtFrom(layout, name), `${flake}\n`, 0o600);
  return { from, to };
}

const flakesAllowed = ["--extra-experimental-features", "nix-command flakes"];

/** Of an installation for all users it is not in everybody's PATH: sudo's, for one. */
const nixOfAllUsers = "/nix/var/nix/profiles/default/bin/nix";

function nixProgram(container: string): string {
  const inPath = (process.env.PATH ?? "").split(":").some((dir) => dir.startsWith("/") && existsSync(`${dir}/nix`));
  if (inPath) return "nix";
  if (existsSync(nixOfAllUsers)) return nixOfAllUsers;
  throw new StowageError({
    code: "nix-missing",
    message: `container ${container} has a flake, and Nix is not installed`,
    hint: "install it (on Debian: apt install nix-bin), or build the system elsewhere and give its path",
  });
}

/** As the container's unit would make it: see perContainerDirs. */
function makeProfileDirectory(profile: string): void {
  for (const directory of perContainerDirs) {
    makeAll(directory, 0o700);
    chmodSync(directory, 0o700);
  }
  makeAll(dirname(profile), 0o755);
}

const targetOf = (profile: string): string | null => (existsSync(profile) ? realpathSync(profile) : null);

const noSystem = (name: string, flake: string, built: string | null) =>
  new StowageError({
    code: "no-system-in-flake",
    message: `what ${flake} builds for container ${name} is no system: ${built ?? "nothing"} has no init`,
    details: [`it was built from ${installable(flake)}`],
  });

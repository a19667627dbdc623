/** Systems of Nix on a lab host of the flavour "nix": built by its own Nix, without any network. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../harness.ts";

const sources = join(import.meta.dirname, "nix");

/** On a machine that is busy with other tests. */
const timeout = 110_000;

/** Nix's names of machines: those of uname(2). */
const system = `${{ x64: "x86_64", arm64: "aarch64" }[process.arch as "x64" | "arm64"]}-linux`;

/** Puts the sources of a small system into /srv/nix: `system.nix`, and `flake.nix` that says the same. */
export async function prepareNix(host: Machine): Promise<void> {
  for (const name of [
    "system.nix",
    "flake.nix",
    "prepare.sh",
    ...readdirSync(join(sources, "scripts")).map((name) => `scripts/${name}`),
  ]) {
    await host.put(`/srv/nix/${name}`, readFileSync(join(sources, name), "utf8").replaceAll("@system@", system));
  }
  await host.must(["sh", "/srv/nix/prepare.sh"], { timeout });
}

/** Builds it. @returns its store path */
export async function buildSystem(host: Machine, label: string): Promise<string> {
  // Known to Nix already: looking at all of its files again takes seconds.
  const debian = `builtins.storePath ${(await host.get("/srv/nix/debian.path")).trim()}`;
  const argv = ["nix-build", "--no-out-link", "/srv/nix/system.nix", "--argstr", "label", label];
  return (await host.must([...argv, "--argstr", "system", system, "--arg", "debian", debian], { timeout })).trim();
}

/** Makes a new generation of a profile. */
export const setProfile = (host: Machine, profile: string, path: string): Promise<string> =>
  host.must(["nix-env", "--profile", profile, "--set", path]);

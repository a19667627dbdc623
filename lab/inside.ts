/** What a lab host has inside, whatever runs it: the environment of commands, directories that are no overlay, the command. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bind } from "./nspawn.ts";
import { checkout } from "./places.ts";
import type { Flavour } from "./tree.ts";

/** Small and constant. */
export const environment = {
  HOME: "/root",
  LANG: "C.UTF-8",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  TERM: "dumb",
  USER: "root",
};

/**
 * Plain directories of this machine, because a host's root is an overlay: overlayfs takes neither idmapped mounts nor
 * another overlay on top.
 */
const plainDirectories: Readonly<Record<string, string>> = {
  stowage: "/var/lib/stowage",
  containers: "/var/lib/containers",
  docker: "/var/lib/docker",
  machines: "/var/lib/machines",
};

/** With Nix its store too. */
const plainFor = (flavour: Flavour): [name: string, target: string][] =>
  Object.entries({ ...plainDirectories, ...(flavour === "nix" && { nix: "/nix" }) });

/** @param directory the host's own, on this machine */
export function makePlain(flavour: Flavour, directory: string): void {
  // Mode of /nix: everybody's, as its own programs make it.
  for (const [name] of plainFor(flavour)) {
    mkdirSync(join(directory, "var", name), { recursive: true, mode: name === "nix" ? 0o755 : 0o711 });
  }
}

export const plainBinds = (flavour: Flavour, directory: string): Bind[] =>
  plainFor(flavour).map(([name, target]) => ({ source: join(directory, "var", name), target, readOnly: false }));

/** The product as it was built, and what it runs with. */
export function product(directory: string): Bind[] {
  const root = checkout();
  const readOnly = (source: string, target: string): Bind => ({ source, target, readOnly: true });
  mkdirSync(join(root, "dist"), { recursive: true });
  return [
    readOnly(process.execPath, "/usr/local/bin/node"),
    readOnly(join(directory, "stowage"), "/usr/local/bin/stowage"),
    ...["dist", "package.json", "node_modules"].map((name) => readOnly(join(root, name), `/opt/stowage/${name}`)),
  ];
}

/** The command: the product as it was built, which finds this machine's node. Constant. */
export const wrapper = `#!/bin/sh
exec /opt/stowage/dist/cli.cjs "$@"
`;

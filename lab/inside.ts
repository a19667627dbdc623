/** What a lab host has inside, whatever runs it: the environment of commands, directories that are no overlay, the command. */
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
export const plainFor = (flavour: Flavour): [name: string, target: string][] =>
  Object.entries({ ...plainDirectories, ...(flavour === "nix" && { nix: "/nix" }) });

/** The command: the product as it was built, which finds this machine's node. Constant. */
export const wrapper = `#!/bin/sh
exec /opt/stowage/dist/cli.cjs "$@"
`;

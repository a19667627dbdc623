/** Which files of a generation are one container's: those that `containerParts` makes, told by their paths. */
import type { ContainerPart } from "../../compile/generation.ts";
import type { Layout } from "../../store/layout.ts";
import { healthFile } from "../health.ts";
import { createdFile } from "./created.ts";
import { nixFiles } from "./nix.ts";
import { parametersFile } from "./parameters.ts";
import { networkFile } from "./paths.ts";

/** In the order in which they are made. A name of a container has no `.`, so each file is of one container. */
const networkParts = "up ns back down sysctl ns-sysctl declared-sysctl nft nft-down firewall".split(" ");

/**
 * @param paths of all files of the generation
 * @returns in the order of `containerParts`. A file that keeps a store path of Nix may be that of others too
 */
export function ownedFiles(layout: Layout, { name, path }: ContainerPart, paths: readonly string[]): string[] {
  const network = networkFile(layout, `${name}.`);
  const rank = (file: string): number => {
    const at = networkParts.indexOf(file.slice(network.length));
    return at < 0 ? networkParts.length : at;
  };
  const system = path === null ? null : ({ kind: "path", path } as const);
  const others = [
    createdFile(layout, name),
    ...(system === null ? [] : nixFiles({ system }).map(([file]) => file)),
    parametersFile(layout, name),
    healthFile(layout, name),
  ];
  return [
    ...paths.filter((file) => file.startsWith(network)).sort((a, b) => rank(a) - rank(b)),
    ...others.filter((file) => paths.includes(file)),
  ];
}

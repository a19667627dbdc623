/** Why the root of an OCI container is as good as root of the host: what its engine would keep it from is given to it. */
import { posix } from "node:path";
import type { OciConfig } from "../../options/index.ts";
import type { Layout } from "../../store/layout.ts";
import { plainPath } from "../plantable.ts";
import { isTame, opensHost } from "../trust.ts";
import { openingOptions } from "./run-options.ts";

/** By each of these the host can be taken over, or all of it be read (capabilities(7)). */
const ruling = new Set("ALL SYS_ADMIN SYS_MODULE SYS_RAWIO SYS_PTRACE DAC_READ_SEARCH BPF MAC_ADMIN".split(" "));

/** Each as the end of "it is trusted: ". A container of another user than root has what that user has, and no more. */
export function ociTrust(container: OciConfig, layout: Layout): string[] {
  const { podman, privileged, networks, capabilities, devices, volumes, extraOptions } = container;
  if ((podman?.user ?? "root") !== "root") return [];
  const given = Object.keys(capabilities).filter((name) => capabilities[name] === true);
  return [
    ...(privileged ? ["it is privileged"] : []),
    ...networks
      .filter(isForeign)
      .map((mode) => `it has ${mode === "host" ? "the host's network" : `the network ${mode}`}`),
    ...openingOptions(extraOptions).map((option) => `its extraOptions have ${option}`),
    ...given.map(plainCapability).flatMap((name) => (ruling.has(name) ? [`it has the capability ${name}`] : [])),
    ...devices.flatMap(untamed),
    ...volumes.flatMap((volume) => mounted(volume, layout)),
  ];
}

/** A network namespace that is not of the engine's making. */
const isForeign = (mode: string): boolean => mode === "host" || mode.startsWith("ns:");

/** Engines take `cap_sys_admin`, too. */
const plainCapability = (name: string): string => name.toUpperCase().replace(/^CAP_/, "");

/** `device[:inside][:rwm]`; a vendor's name is none of a node. */
function untamed(device: string): string[] {
  if (!device.startsWith("/")) return [];
  const node = plainPath(posix.normalize(device.split(":")[0] ?? ""));
  // Of a directory all that is in it.
  return isTame(node) || isTame(`${node}/all`) ? [] : [`it has the device ${node}`];
}

/** A directory of the host: a volume of the engine's has no path. */
function mounted(volume: string, layout: Layout): string[] {
  const [source = "", , options = ""] = volume.split(":");
  return source.startsWith("/") ? opensHost(source, options.split(",").includes("ro"), layout) : [];
}

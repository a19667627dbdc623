/** Why the root of an OCI container is as good as root of the host: what its engine would keep it from is given to it. */
import type { OciConfig } from "../../options/index.ts";
import { isTame, opensHost } from "../trust.ts";

/** By each of these the host can be taken over, or all of it be read (capabilities(7)). */
const ruling = new Set("ALL SYS_ADMIN SYS_MODULE SYS_RAWIO SYS_PTRACE DAC_READ_SEARCH BPF MAC_ADMIN".split(" "));

/** Options of `run` that take away what parts it from the host. */
const opening = /^--(?:privileged$|privileged=true|(?:pid|ipc|userns|cgroupns|network|net)=host$)/;

/** Each as the end of "it is trusted: ". A container of another user than root has what that user has, and no more. */
export function ociTrust(container: OciConfig): string[] {
  const { podman, privileged, networks, capabilities, devices, volumes, extraOptions } = container;
  if ((podman?.user ?? "root") !== "root") return [];
  const given = Object.keys(capabilities).filter((name) => capabilities[name] === true && ruling.has(name));
  return [
    ...(privileged ? ["it is privileged"] : []),
    ...(networks.includes("host") ? ["it has the host's network"] : []),
    ...extraOptions.filter((option) => opening.test(option)).map((option) => `its extraOptions have ${option}`),
    ...given.map((name) => `it has the capability ${name}`),
    ...devices.flatMap(untamed),
    ...volumes.flatMap(mounted),
  ];
}

/** `device[:inside][:rwm]`; a vendor's name is none of a node. */
function untamed(device: string): string[] {
  const node = device.split(":")[0] ?? "";
  // Of a directory all that is in it.
  const tame = isTame(node) || isTame(`${node}/all`);
  return node.startsWith("/") && !tame ? [`it has the device ${node}`] : [];
}

/** A directory of the host: a volume of the engine's has no path. */
function mounted(volume: string): string[] {
  const [source = "", , options = ""] = volume.split(":");
  return source.startsWith("/") ? opensHost(source, options.split(",").includes("ro")) : [];
}

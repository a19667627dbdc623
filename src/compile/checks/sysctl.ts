/** Checks of a container's kernel settings. */
import type { ContainerConfig } from "../../options/index.ts";
import { unfitForLine } from "../../units/index.ts";
import { hasOwnNetwork } from "../networks.ts";
import { type Problems, showOption } from "../problems.ts";
import { sysctlKey } from "../sysctl.ts";
import { at } from "./place.ts";

export function checkSysctls(name: string, container: ContainerConfig, problems: Problems): void {
  const known = new Map<string, string[]>();
  for (const [setting, value] of Object.entries(container.config?.boot.kernel.sysctl ?? {})) {
    if (value === null) continue;
    const option = at(name, "config", "boot", "kernel", "sysctl", setting);
    if (!checkKey(setting, option, problems)) continue;
    checkValue(value, option, problems);
    if (!hasOwnNetwork(container)) addForeign(name, container, setting, option, problems);
    const key = sysctlKey(setting).replace(/^-/, "");
    const other = known.get(key);
    if (other !== undefined) {
      problems.add({ code: "two-settings", message: `the kernel setting ${key} is declared twice` }, other, option);
    }
    known.set(key, option);
  }
}

/** The host writes it below /proc/sys: it must not lead elsewhere. */
function checkKey(setting: string, option: string[], problems: Problems): boolean {
  const key = sysctlKey(setting).replace(/^-/, "");
  const isPlain = /^[A-Za-z0-9_.:*@/-]+$/.test(key) && !/(^|\/)\.{0,2}(\/|$)/.test(key);
  if (!isPlain) {
    problems.add({ code: "bad-sysctl", message: `${JSON.stringify(setting)} is no name of a kernel setting` }, option);
    return false;
  }
  if (key.startsWith("net/")) return true;
  problems.add(
    {
      code: "host-sysctl",
      message: `the kernel setting ${setting} is the host's`,
      details: ["of the kernel's settings a container has those of its network alone: net.*"],
      hint: "set it on the host: a line in /etc/sysctl.d",
    },
    option,
  );
  return false;
}

function checkValue(value: string | number | boolean, option: string[], problems: Problems): void {
  if (typeof value !== "string" || unfitForLine(value.trim()) === null) return;
  problems.add({ code: "unfit-text", message: `${showOption(option)} ${unfitForLine(value)}` }, option);
}

function addForeign(
  name: string,
  container: ContainerConfig,
  setting: string,
  option: string[],
  problems: Problems,
): void {
  const joined = container.networkNamespace !== null;
  problems.add(
    {
      code: "sysctl-without-network",
      message: `container ${name} sets ${setting}, but ${joined ? "joins a network namespace" : "shares the host's network"}`,
      details: [
        joined ? "its settings are the business of whoever made that namespace" : "it would be a setting of the host",
      ],
      ...(joined ? {} : { hint: `set ${showOption(at(name, "privateNetwork"))} = true, or set it on the host` }),
    },
    option,
    ...(joined ? [at(name, "networkNamespace")] : []),
  );
}

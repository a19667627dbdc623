/** Checks of what a container's system is. */
import type { ContainerConfig } from "../../options/index.ts";
import { type Problems, showOption } from "../problems.ts";
import { at } from "./place.ts";

export function checkSystem(name: string, { config, path }: ContainerConfig, problems: Problems): void {
  if (config !== null && path !== null) {
    problems.add(
      {
        code: "path-and-config",
        message: `container ${name} has both a config and a path`,
        details: ["`config` is built into a system; `path` names one that is built already"],
        hint: "remove one of them",
      },
      at(name, "config"),
      at(name, "path"),
    );
  }
  if (config === null && path === null) {
    problems.add(
      {
        code: "no-system",
        message: `container ${name} has neither a config nor a path`,
        hint: `write ${showOption(at(name, "config"))}: what runs inside`,
      },
      at(name),
    );
  }
}

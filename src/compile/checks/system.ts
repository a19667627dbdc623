/** Checks of what a container's system is. */
import type { ContainerConfig } from "../../options/index.ts";
import { type Problems, showOption } from "../problems.ts";
import { at } from "./place.ts";

const means = {
  config: "`config` is built into a system",
  path: "`path` names one that is built already",
  flake: "`flake` is built by Nix",
} as const;

export function checkSystem(name: string, container: ContainerConfig, problems: Problems): void {
  const given = (["config", "path", "flake"] as const).filter((option) => container[option] !== null);
  if (given.length === 0) {
    problems.add(
      {
        code: "no-system",
        message: `container ${name} has neither a config nor a path nor a flake`,
        hint: `write ${showOption(at(name, "config"))}: what runs inside`,
      },
      at(name),
    );
  }
  if (given.length > 1) {
    problems.add(
      {
        code: given.includes("flake") ? "two-systems" : "path-and-config",
        message: `container ${name} has both ${given.map((option) => `a ${option}`).join(" and ")}`,
        details: [given.map((option) => means[option]).join("; ")],
        hint: given.length === 2 ? "remove one of them" : "keep one of them",
      },
      ...given.map((option) => at(name, option)),
    );
  }
  checkPath(name, container, problems);
  checkFlake(name, container, problems);
}

/** What it is is told by how it begins: `/nix/../srv` must not pass for one of Nix. */
function checkPath(name: string, { path }: ContainerConfig, problems: Problems): void {
  const plain = path === null || (/^(\/[^/]+)+\/?$/.test(path) && !/\/\.{1,2}(\/|$)/.test(path));
  if (plain) return;
  problems.add(
    {
      code: "bad-path",
      message: `${showOption(at(name, "path"))} is no plain absolute path: ${JSON.stringify(path)}`,
      details: ["it begins with `/`, and has no empty parts, `.` or `..`; the root itself is no system of a container"],
    },
    at(name, "path"),
  );
}

function checkFlake(name: string, { flake }: ContainerConfig, problems: Problems): void {
  if (flake === null || /^[^-#\s][^#\s]*(#[A-Za-z0-9_-]+)?$/.test(flake)) return;
  problems.add(
    {
      code: "bad-flake",
      message: `${showOption(at(name, "flake"))} names no flake: ${JSON.stringify(flake)}`,
      details: [
        "it is a reference as `nix build` takes it and, after `#`, the name of one of its nixosConfigurations: letters, digits, `_` and `-`",
      ],
    },
    at(name, "flake"),
  );
}

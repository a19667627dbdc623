/** Health of an OCI container: how its engine makes a check, and when its service is ready. Facts: podman-exec(1), docker-exec(1). */
import type { Layout } from "../../store/layout.ts";
import type { Unit, UnitSection } from "../../units/index.ts";
import { type Checked, healthFiles, healthService, healthUnit, readyCommand, toldCommand } from "../health.ts";
import type { OciContainer } from "./container.ts";
import type { Engine } from "./engine.ts";
import { ownerOptions } from "./rootless.ts";

/**
 * By our own program on either engine, and not by the engine's checks: docker takes none that is no shell text, podman's
 * need a systemd of their user's, and podman 4.3 has no `--sdnotify=healthy`.
 */
export function readiness(layout: Layout, engine: Engine, container: OciContainer): UnitSection {
  const checked = checkedOf(engine, container, {});
  if (checked !== null) return { ExecStartPost: readyCommand(layout, checked) };
  if (!tellsItself(container)) return {};
  return { ExecStartPost: toldCommand(layout, container.name, stop(engine, container), status(engine, container)) };
}

/** Units that its service wants. */
export const healthWants = ({ name, health }: OciContainer): string[] => (health === null ? [] : [healthUnit(name)]);

/** @param service of the container, whose user and environment the engine's commands have */
export function healthParts(
  layout: Layout,
  engine: Engine,
  container: OciContainer,
  service: UnitSection,
): { readonly units: readonly Unit[]; readonly files: readonly (readonly [path: string, text: string])[] } {
  const keys = ["User", "Group", "Environment"].filter((key) => service[key] !== undefined);
  const checked = checkedOf(engine, container, Object.fromEntries(keys.map((key) => [key, service[key] ?? ""])));
  return {
    units: checked === null ? [] : [healthService(layout, checked)],
    files: checked !== null || tellsItself(container) ? healthFiles(layout, container.name) : [],
  };
}

function checkedOf(engine: Engine, container: OciContainer, runs: UnitSection): Checked | null {
  const { name, unit, health } = container;
  if (health === null) return null;
  const check = [...command(engine, container), ...engine.quiet, "exec", "--", name, ...health.command];
  return { name, unit, health, runs, check, stop: stop(engine, container) };
}

/** Its image or its options have a check that the engine makes. */
const tellsItself = ({ ready, health }: OciContainer): boolean => ready === "healthy" && health === null;

const status = (engine: Engine, container: OciContainer): string[] => [
  ...command(engine, container),
  "container",
  "inspect",
  "--format={{.State.Health.Status}}",
  "--",
  container.name,
];

const stop = (engine: Engine, container: OciContainer): string[] => [
  ...command(engine, container),
  "stop",
  "--",
  container.name,
];

const command = ({ program }: Engine, { runAs, preRunExtraOptions }: OciContainer): string[] => [
  program,
  ...ownerOptions(runAs),
  ...preRunExtraOptions,
];

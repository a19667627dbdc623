/** `systemctl reload container@<name>`: the running container takes over what is declared now, in place. */
import type { Layout } from "../../store/layout.ts";
import { execArgument, execLine, type UnitSection } from "../../units/index.ts";
import type { SystemContainer } from "./container.ts";
import { nixReload } from "./nix.ts";
import { declaredDir } from "./paths.ts";

/**
 * The command that runs the program `take-over` by the machine's own systemd, in its namespaces, as its root; its
 * arguments are added. One at a time: systemd refuses a second unit of this name, which is also the one to look for in
 * the machine's journal.
 * @param program absolute path inside
 */
export const takeOverCommand = (machine: string, program: string): readonly string[] => [
  "/usr/bin/systemd-run",
  `--machine=${machine}`,
  "--quiet",
  "--pipe",
  "--wait",
  "--collect",
  "--unit=stowage-take-over.service",
  "--service-type=oneshot",
  "--",
  program,
];

/** Whether it can: it has a directory in which the host turns `current`. An ephemeral one's unit names its toplevel. */
export const isReloadable = ({ system, ephemeral }: SystemContainer): boolean =>
  system.kind === "toplevel" && !ephemeral;

/**
 * The program runs by the container's own systemd; the order of this invocation is removed when all went well.
 * `${INVOCATION_ID}` is the one thing that is not known before: systemd sets it for every command of a unit.
 */
export function reloadCommands(layout: Layout, container: SystemContainer): UnitSection {
  const nix = nixReload(container);
  if (nix !== null) return { ExecReload: { exec: nix } };
  if (!isReloadable(container)) return {};
  const takeOver = execLine({ exec: takeOverCommand(container.name, "/run/declared/current/take-over") });
  const order = execArgument(`${declaredDir(layout, container)}/order-`);
  return { ExecReload: [`${takeOver} \${INVOCATION_ID}`, `/usr/bin/rm -f ${order}\${INVOCATION_ID}`] };
}

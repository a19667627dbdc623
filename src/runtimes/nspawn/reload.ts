/** `systemctl reload container@<name>`: the running container takes over what is declared now, in place. */
import type { Layout } from "../../store/layout.ts";
import { execArgument, execLine, type UnitSection } from "../../units/index.ts";
import type { SystemContainer } from "./container.ts";
import { nixReload } from "./nix.ts";
import { declaredDir } from "./paths.ts";

/** As in src/host/take-over.ts: one at a time, whoever asks for it. */
const start = [
  "--quiet",
  "--pipe",
  "--wait",
  "--collect",
  "--unit=stowage-take-over.service",
  "--service-type=oneshot",
  "--",
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
  const machine = `--machine=${container.name}`;
  const takeOver = execLine({ exec: ["/usr/bin/systemd-run", machine, ...start, "/run/declared/current/take-over"] });
  const order = execArgument(`${declaredDir(layout, container)}/order-`);
  return { ExecReload: [`${takeOver} \${INVOCATION_ID}`, `/usr/bin/rm -f ${order}\${INVOCATION_ID}`] };
}

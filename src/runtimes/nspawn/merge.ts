/** `container-merge@<name>.service`: brings a new toplevel into a persistent root, before the container starts. */
import { containerDir, type Layout, storeDir, storePath } from "../../store/layout.ts";
import type { StoreName } from "../../systems/recipe.ts";
import { type Exec, literal, pathWord, type Unit } from "../../units/index.ts";
import { activateCommand } from "./arguments.ts";
import { isShifted, mergeUnit, type SystemContainer } from "./container.ts";
import { emptyDirs, rootDir } from "./paths.ts";
import { noPlantedLinks, noStartLimit, nspawnSandbox } from "./service.ts";

/**
 * Runs only when the last toplevel that was brought in is another one; the marker is written after success, so a merge
 * that was cut short is done again. systemd-nspawn and not RootDirectory=: it loads libraries and configuration of the
 * container's, so it must be held like the container.
 */
export function mergeService(layout: Layout, container: SystemContainer): Unit | null {
  const { system, name } = container;
  if (system.kind === "path" || container.ephemeral) return null;
  return {
    name: mergeUnit(name),
    sections: {
      Unit: {
        Description: literal(`Declared files of container '${name}'`),
        ConditionPathExists: `!${literal(`${appliedDir(layout, name)}/${system.toplevel}`)}`,
        RequiresMountsFor: [rootDir(layout, container), storeDir(layout)].map(pathWord),
        AssertPathIsSymbolicLink: noPlantedLinks(layout, container),
        ...noStartLimit,
      },
      Service: {
        Type: "oneshot",
        SyslogIdentifier: `container ${name}`,
        Slice: "machine.slice",
        Delegate: true,
        TimeoutStartSec: "5min",
        ...nspawnSandbox,
        ...(isShifted(container) ? {} : { RuntimeDirectory: emptyDirs(layout, mergeUnit(name)).join(" ") }),
        ExecStart: commands(layout, container, system),
      },
    },
  };
}

function commands(
  layout: Layout,
  container: SystemContainer,
  system: { toplevel: StoreName; packages: StoreName },
): Exec[] {
  const applied = appliedDir(layout, container.name);
  return [
    activateCommand(layout, container, `${storePath(layout, system.packages)}/seed`),
    ["/usr/bin/rm", "-rf", applied],
    ["/usr/bin/mkdir", "-p", `${applied}/${system.toplevel}`],
  ].map((exec) => ({ exec }));
}

const appliedDir = (layout: Layout, name: string): string => `${containerDir(layout, name)}/applied`;

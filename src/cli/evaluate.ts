/** host.ts to an evaluation. */
import { join, resolve } from "node:path";
import { type Children, childrenOf, everySystem, type HostUsers, usersAsked } from "../compile/index.ts";
import { StowageError } from "../error.ts";
import * as stowage from "../index.ts";
import { loadHost } from "../load/index.ts";
import * as modules from "../modules/index.ts";
import { type Evaluation, evalModules, type Module } from "../modules/index.ts";
import { type HostConfig, hostModule } from "../options/index.ts";
import { ownCache } from "./caches.ts";
import { hostUsers } from "./host-users.ts";
import { problemText } from "./report/problems.ts";
import { configPath, type HostFlags, type Session } from "./session.ts";
import { version } from "./version.ts";

export interface Configured {
  /** As it is called in messages. */
  readonly file: string;
  /** Absolute. */
  readonly path: string;
  /** `stowage.lock` beside it; absolute. */
  readonly lockFile: string;
  /** Where its sources begin; absolute. */
  readonly directory: string;
  /** Without issues. */
  readonly evaluation: Evaluation<HostConfig>;
  /** Further systems of containers, without issues too. */
  readonly children: Children;
  /** The configuration as what only collects from all systems sees it. */
  readonly every: HostConfig;
  /** Of the host, as far as the configuration names some. */
  readonly users: HostUsers;
  /** Ours first, then the user's: all that declare options. */
  readonly modules: readonly Module[];
}

/** What every configuration has. */
export const ownModules: readonly Module[] = [hostModule];

/**
 * Loads and evaluates; warnings are told.
 * @throws StowageError with every problem of the configuration
 */
export async function evaluate(session: Session, flags: HostFlags): Promise<Configured> {
  const file = configPath(session, flags);
  const loaded = await loadHost(file, {
    cacheDir: join(ownCache(session.io), "load"),
    cliVersion: version,
    libraries: { stowage, "stowage/modules": modules },
  });
  const all = [...ownModules, ...loaded.modules];
  const evaluation = evalModules({ modules: all });
  if (evaluation.issues.length > 0) throw new StowageError(evaluation.issues);
  for (const warning of evaluation.warnings) session.tell(problemText(warning, session.paintErr, "warning"));
  const ours = evaluation as Evaluation as Evaluation<HostConfig>;
  const children = childrenOf(ours);
  return {
    file,
    path: resolve(session.io.cwd(), file),
    lockFile: resolve(session.io.cwd(), file, "../stowage.lock"),
    directory: session.directory ?? resolve(session.io.cwd(), file, ".."),
    evaluation: ours,
    children,
    every: everySystem(ours.config, children),
    users: await hostUsers(usersAsked(ours.config)),
    modules: all,
  };
}

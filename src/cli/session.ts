/** One run of a verb: where to write, how much, and where things are. Made from the flags that all verbs share. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { StowageError } from "../error.ts";
import { defaultLayout, type Layout } from "../store/layout.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { type Paint, paintFor } from "./report/paint.ts";

/** Flags of every verb. */
export type SharedFlags = {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
  readonly stateDir?: string;
};

export type HostFlags = SharedFlags & {
  readonly config?: string;
};

export interface Session {
  readonly io: Io;
  readonly layout: Layout;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Standard output is for events, one a line. */
  readonly events: boolean;
  /** Where sources of the configuration begin, if that is not where its file is; absolute. */
  readonly directory?: string;
  /** Colours for what goes to stdout, and for stderr. */
  readonly paint: Paint;
  readonly paintErr: Paint;
  /** The answer to what was asked: stdout. */
  print(text: string): void;
  /** Everything else that a person may want to know: stderr. */
  tell(text: string): void;
}

export function sessionOf(io: Io, flags: SharedFlags & { readonly events?: unknown }): Session {
  const quiet = flags.quiet === true;
  return {
    io,
    layout: layoutOf(io, flags),
    quiet,
    verbose: flags.verbose === true,
    events: flags.events === true,
    paint: paintFor(io.stdout, io.env, flags.color),
    paintErr: paintFor(io.stderr, io.env, flags.color),
    print: (text) => void io.stdout.write(text),
    tell: (text) => {
      if (!quiet) io.stderr.write(text);
    },
  };
}

/**
 * Where the store and its neighbours are. For tests, and for building on a machine that is not the host, they can be put
 * elsewhere; what is generated then names those paths.
 */
function layoutOf(io: Io, flags: SharedFlags): Layout {
  const state = flags.stateDir ?? io.env.STOWAGE_STATE_DIR;
  const cache = io.env.STOWAGE_CACHE_DIR;
  return {
    ...defaultLayout,
    ...(state && { state: resolve(io.cwd(), state) }),
    ...(cache && { cache: resolve(io.cwd(), cache) }),
  };
}

const systemWide = "/etc/stowage/host.ts";

/** The configuration to use: the given one, else ./host.ts, else the machine's. As the user would call it. */
export function configPath(session: Session, flags: HostFlags): string {
  const found = [flags.config ?? "host.ts", ...(flags.config === undefined ? [systemWide] : [])]
    .map((shown) => ({ shown, path: resolve(session.io.cwd(), shown) }))
    .find(({ path }) => existsSync(path));
  if (found !== undefined) return session.io.cwd() === process.cwd() ? found.shown : found.path;
  if (flags.config !== undefined) throw noConfiguration(`there is no file ${flags.config}`);
  throw noConfiguration(`there is no ./host.ts and no ${systemWide}`);
}

function noConfiguration(message: string): StowageError {
  return new StowageError({
    code: "no-configuration",
    message,
    hint: "write one, or name one: stowage -c path/to/host.ts VERB",
  });
}

/** @throws StowageError `needs-root` */
export function requireRoot(session: Session, verb: string): void {
  if ((session.io.geteuid?.() ?? 0) === 0) return;
  throw new StowageError(
    { code: "needs-root", message: `stowage ${verb} needs root`, hint: `run it with sudo: sudo stowage ${verb} …` },
    { exitCode: exitCodes.needsRoot },
  );
}

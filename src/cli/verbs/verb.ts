/** Ties a verb's function to the command line: its session, its exit code, and one place that tells errors. */
import { buildCommand, type CommandContext, type TypedCommandParameters } from "@stricli/core";
import type { Io } from "../io.ts";
import { type Session, type SharedFlags, sessionOf } from "../session.ts";

export interface Context extends CommandContext {
  readonly io: Io;
  /** What the verb decided; stricli's own codes stand only where no verb ran. */
  finish(exitCode: number): void;
}

type AnyFlags = SharedFlags & Readonly<Record<string, unknown>>;

/** A verb: prints, and answers with its exit code. */
export type Verb<Flags extends AnyFlags, Args extends readonly unknown[]> = (
  session: Session,
  flags: Flags,
  ...args: Args
) => Promise<number>;

export interface VerbSpec<Flags extends AnyFlags, Args extends readonly unknown[]> {
  readonly brief: string;
  readonly details?: string;
  /** Lines to copy, without the `stowage`. */
  readonly examples: readonly string[];
  /** Other names of it, those that people of other tools know. */
  readonly aliases?: readonly string[];
  readonly parameters: TypedCommandParameters<Flags, Args, Context>;
  /** The verb's module, loaded when it is used. */
  readonly load: () => Promise<{ readonly default: Verb<Flags, Args> }>;
}

/** What help, man pages and completion say of a verb, beside its parameters. */
export type VerbWords = Required<Pick<VerbSpec<AnyFlags, []>, "brief" | "details" | "examples" | "aliases">>;

export function verb<Flags extends AnyFlags, Args extends readonly unknown[]>(spec: VerbSpec<Flags, Args>) {
  const command = buildCommand<Flags, Args, Context>({
    docs: { brief: spec.brief },
    parameters: spec.parameters,
    loader: async () =>
      async function (this: Context, flags, ...args) {
        const session = sessionOf(this.io, flags);
        try {
          const { default: run } = await spec.load();
          this.finish(await run(session, flags, ...args));
        } catch (error) {
          const { tellError } = await import("../report/errors.ts");
          this.finish(tellError(session, error));
        }
      },
  });
  const { brief, details = "", examples, aliases = [] } = spec;
  return Object.assign(command, { words: { brief, details, examples, aliases } satisfies VerbWords });
}

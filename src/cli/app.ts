/** The verbs of the command, and what happens when there is no such verb. Each verb's code is loaded when it is used. */
import {
  type Application,
  type ApplicationContext,
  buildApplication,
  buildRouteMap,
  ExitCode,
  run,
  type StricliIntegration,
} from "@stricli/core";
import { exitCodes } from "./exit-codes.ts";
import { rootHelp, verbHelp } from "./help.ts";
import type { Io } from "./io.ts";
import { noVerb, textFor } from "./text.ts";
import { type Described, describeVerb, flagAt, type VerbDescription } from "./verbs/described.ts";
import { everywhere } from "./verbs/everywhere.ts";
import { aliases, verbs } from "./verbs/index.ts";
import { unlisted } from "./verbs/unlisted.ts";
import type { Context } from "./verbs/verb.ts";

/** By name, also by another one; undefined of what is none for people. */
function described(input: string): VerbDescription | undefined {
  const name = aliases[input] ?? input;
  const known: Readonly<Record<string, Described>> = verbs;
  return Object.hasOwn(known, name) ? describeVerb(name, known[name]!) : undefined;
}

/** @param verb the one that was typed */
function application(verb: VerbDescription | undefined): Application<Context> {
  /** `-h` and `--help`, wherever they stand among the verb's flags. */
  const help: StricliIntegration<Context> = {
    flag: {
      brief: "Print this",
      global: true,
      aliases: ["h"],
      run() {
        this.process.stdout.write(verb === undefined ? rootHelp() : verbHelp(verb));
      },
    },
  };
  const routes = buildRouteMap({
    routes: { ...verbs, ...unlisted },
    docs: { brief: "Declarative containers" },
    aliases,
  });
  const config = {
    name: "stowage",
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { disableAnsiColor: true },
    localization: { text: textFor(verb) },
  } as const;
  return buildApplication<Context>(routes, config, { help });
}

/** `stowage -c host.ts plan` is `stowage plan -c host.ts`: what stands before the verb is put behind it. */
export function verbFirst(argv: readonly string[]): string[] {
  let at = 0;
  while (at < argv.length && argv[at]?.startsWith("-")) at += flagAt(everywhere, argv[at] ?? "")?.next ? 2 : 1;
  if (at === 0 || at >= argv.length) return [...argv];
  return [argv[at] ?? "", ...argv.slice(0, at), ...argv.slice(at + 1)];
}

const asksForHelp = (argv: readonly string[]): boolean =>
  argv.length === 0 || ["-h", "--help", "help"].includes(argv[0]!);

/** @returns the exit code */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  // Its words are those of a command line that is not whole yet.
  if (argv[0] === "complete") {
    const { complete } = await import("./complete/index.ts");
    io.stdout.write(await complete(argv.slice(1), io));
    return exitCodes.done;
  }
  if (asksForHelp(argv)) {
    // `stowage help plan`, as people try it.
    const [, name] = argv;
    if (argv[0] === "help" && name !== undefined) return helpOf(name, io);
    (argv.length === 0 ? io.stderr : io.stdout).write(rootHelp());
    return argv.length === 0 ? exitCodes.badUsage : exitCodes.done;
  }
  let answer: number | undefined;
  const process: ApplicationContext["process"] = {
    stdout: plain(io.stdout),
    stderr: plain(io.stderr),
    env: io.env,
    exitCode: null,
  };
  const context: Context = {
    process,
    io,
    finish(code) {
      answer = code;
    },
  };
  const words = verbFirst(argv);
  await run(application(described(words[0] ?? "")), words, context);
  return answer ?? ownCode(process.exitCode ?? ExitCode.InternalError);
}

/** Verbs that are not for people have none. */
async function helpOf(name: string, io: Io): Promise<number> {
  if (described(name) !== undefined || asksForHelp([name])) return main([name, "--help"], io);
  io.stderr.write(`${noVerb(name)}\n`);
  return exitCodes.badUsage;
}

const plain = (out: Io["stdout"]) => ({ write: (chunk: string) => void out.write(chunk) });

/** stricli's answer where no verb ran. */
function ownCode(code: number | string): number {
  if (code === ExitCode.Success) return exitCodes.done;
  const usage: readonly (number | string)[] = [ExitCode.UnknownCommand, ExitCode.InvalidArgument];
  return usage.includes(code) ? exitCodes.badUsage : exitCodes.bug;
}

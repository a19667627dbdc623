/** stowage diff: what is different between two generations, or between one and what a configuration means. */
import { readActive, readChecked } from "../../apply/current.ts";
import type { Generation } from "../../compile/generation.ts";
import { StowageError } from "../../error.ts";
import { type Difference, difference, isEqual, renderDifference } from "../../plan/diff/index.ts";
import { activeGeneration, currentGeneration, formerGeneration } from "../../store/generations.ts";
import type { Layout } from "../../store/layout.ts";
import { keptGeneration } from "../as-it-was.ts";
import { exitCodes } from "../exit-codes.ts";
import { printable } from "../report/paint.ts";
import { requireRoot, type Session } from "../session.ts";
import type { DiffFlags } from "../verbs/parts.ts";

/** One of the two. */
interface Side {
  /** null: what a configuration means. */
  readonly number: number | null;
  readonly name: string;
  readonly generation: Generation;
}

export default async function diff(session: Session, flags: DiffFlags, a?: string, b?: string): Promise<number> {
  requireRoot(session, "diff");
  if (b !== undefined && flags.config !== undefined) throw tooMany();
  const { layout } = session;
  const isDefault = a === undefined && flags.config === undefined;
  const from = kept(layout, isDefault ? formerOf(layout) : a === undefined ? machines(layout) : numberOf(layout, a));
  const to =
    flags.config === undefined
      ? kept(layout, b === undefined ? machines(layout) : numberOf(layout, b))
      : await configured(session, flags, flags.config);
  const found = difference(layout, from.generation, to.generation);
  if (flags.json) session.print(`${JSON.stringify(json(from, to, found, flags), null, 2)}\n`);
  else print(session, from, to, found, flags);
  return exitCodes.done;
}

function print(session: Session, from: Side, to: Side, found: Difference, { text = false }: DiffFlags): void {
  if (isEqual(found)) {
    session.tell(`${from.name} and ${to.name} are the same\n`);
    return;
  }
  const names = [from.name, to.name] as const;
  const shown = renderDifference(found, { text, all: session.verbose, names });
  session.print(printable(`${from.name} → ${to.name}\n\n${shown}`));
}

/** docs/reference/diff.md */
function json(from: Side, to: Side, found: Difference, { text }: DiffFlags) {
  const side = ({ number, generation }: Side, config?: string) => ({
    number,
    ...(config !== undefined && number === null && { config }),
    id: generation.id,
    asIn: generation.asIn ?? {},
  });
  const value = { from: side(from), to: side(to, to.name), equal: isEqual(found), ...found };
  // Without the whole texts, where nobody asked for them.
  return text ? value : JSON.parse(JSON.stringify(value, (key, one) => (key === "texts" ? undefined : one)));
}

const kept = (layout: Layout, number: number): Side => ({
  number,
  name: `generation ${number}`,
  generation: readChecked(layout, number),
});

/** @throws StowageError with every problem of the configuration */
async function configured(session: Session, flags: DiffFlags, name: string): Promise<Side> {
  const [{ generationMeant, withMadeHere }, { evaluate }, { progressOf }] = await Promise.all([
    import("../pipeline.ts"),
    import("../evaluate.ts"),
    import("../report/progress.ts"),
  ]);
  const progress = progressOf(session);
  const configured = await evaluate(session, flags);
  const generation = await generationMeant(session, configured, progress.on, "as-locked").finally(progress.end);
  // As a switch would have it.
  return { number: null, name, generation: withMadeHere(session, configured, generation) };
}

/** A number, or a word for one. */
function numberOf(layout: Layout, word: string): number {
  if (word === "current" || word === "active") {
    const number = word === "current" ? currentGeneration(layout) : activeGeneration(layout);
    return number ?? none();
  }
  if (/^\d+$/.test(word)) return keptGeneration(layout, Number(word));
  throw new StowageError(
    {
      code: "bad-usage",
      message: `${JSON.stringify(word)} is no generation`,
      details: ["a generation is given by its number, or as current (the next boot's) or active (the machine's)"],
      hint: "`stowage generations` lists those that are kept; a configuration is given by --config",
    },
    { exitCode: exitCodes.badUsage },
  );
}

/** Only root may read it, and requireRoot has seen to that. */
const machines = (layout: Layout): number => readActive(layout)?.number ?? none();

function formerOf(layout: Layout): number {
  if (activeGeneration(layout) === null) none();
  const former = formerGeneration(layout);
  if (former !== null) return former;
  throw noGeneration(
    "there is no former generation to compare with",
    "`stowage generations` lists those that are kept",
  );
}

function none(): never {
  throw noGeneration("there is no generation yet", "run `stowage switch` first");
}

const noGeneration = (message: string, hint: string): StowageError =>
  new StowageError({ code: "no-generation", message, hint });

const tooMany = (): StowageError =>
  new StowageError(
    { code: "bad-usage", message: "--config stands for the second of the two: give one generation, or none" },
    { exitCode: exitCodes.badUsage },
  );

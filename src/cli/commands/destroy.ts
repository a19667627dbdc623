/** stowage destroy NAME…: containers that were made by hand, and what they have written. */
import { existsSync } from "node:fs";
import { type ContainerPart, withoutContainer } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { containerDir, type Layout } from "../../store/layout.ts";
import { type Alone, whileAlone } from "../alone.ts";
import { generationsOf } from "../by-hand/free.ts";
import { hushed } from "../by-hand/hushed.ts";
import { requireName } from "../by-hand/names.ts";
import { requireSettled } from "../by-hand/settled.ts";
import { forgetUnfinished, noteUnfinished } from "../by-hand/unfinished.ts";
import { removeWritten, unsettled } from "../by-hand/written.ts";
import { planByHand } from "../change-made.ts";
import { exitCodes } from "../exit-codes.ts";
import { printable } from "../report/paint.ts";
import { tellProblems } from "../report/problems.ts";
import type { Session } from "../session.ts";
import { carriedOut, printDocument } from "../shown.ts";
import type { DestroyFlags } from "../verbs/by-hand.ts";

/** What became of one. */
interface Row {
  readonly name: string;
  /** Whether there was such a container. */
  readonly existed: boolean;
  /** What it had written; null: there is none. */
  readonly state: "removed" | "kept" | null;
  /** What was mounted below its root, and is not any more. */
  readonly unmounted: readonly string[];
}

export default async function destroy(session: Session, flags: DestroyFlags, ...names: string[]): Promise<number> {
  if (flags.keepState && flags.state) throw contradiction();
  // It becomes part of a path, whether there is one or not.
  for (const name of names) requireName(name, "oci");
  return whileAlone(hushed(session), "destroy", { wait: true }, async (alone) => {
    requireMade(session.layout, names);
    // Nothing is changed of what there is not.
    if (names.some((name) => madeParts(session.layout, name).length > 0))
      requireSettled(session.layout, "destroy", names);
    const rows: Row[] = [];
    let exitCode: number = exitCodes.done;
    for (const name of new Set(names)) {
      const one = await attempt(alone, flags, name);
      if (one === null) exitCode = exitCodes.unitsFailed;
      else rows.push(one);
    }
    printDocument(session, flags, { exitCode, document: { destroyed: rows } });
    if (!flags.json && !session.events) for (const row of rows) session.tell(rowText(session.layout, row));
    return exitCode;
  });
}

/** What stands in the way of one is told, and not in the way of others. @returns null where it was not done */
async function attempt(alone: Alone, flags: DestroyFlags, name: string): Promise<Row | null> {
  const { session } = alone;
  try {
    const row = await destroyOne(alone, flags, name);
    if (row !== null) return row;
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    tellProblems(session, error.problems);
  }
  // It came to its end, if not to a good one: it is not to be finished as what was cut short is.
  forgetUnfinished(session.layout);
  const { state } = session.layout;
  const again = flags.state ? "--state " : "";
  session.tell(
    `${name}: not destroyed: what is left below ${state} stays there; \`stowage destroy ${again}${name}\` tries it again\n`,
  );
  return null;
}

const partsOf = (layout: Layout, name: string): ContainerPart[] =>
  generationsOf(layout).flatMap(({ containers }) => (Object.hasOwn(containers, name) ? (containers[name] ?? []) : []));

/** Of one that was made by hand, also where it is still to be stopped: all that there is to do something about. */
const madeParts = (layout: Layout, name: string): ContainerPart[] =>
  [...partsOf(layout, name), ...unsettled(layout, name)].filter(({ made }) => made === true);

/** @throws StowageError `declared`, one problem for each that host.ts declares */
function requireMade(layout: Layout, names: readonly string[]): void {
  const declared = names.filter((name) => partsOf(layout, name).some(({ made }) => made !== true));
  if (declared.length === 0) return;
  throw new StowageError(
    declared.map((name) => ({
      code: "declared",
      message: `container ${name} was not made by hand: host.ts declares it`,
      details: ["the next `stowage switch` would make it again"],
      hint: `take it out of host.ts and run \`stowage switch\`; then \`stowage destroy --state ${name}\` removes what it has written`,
    })),
  );
}

/** @returns null where it could not be stopped, or something else failed, which is told */
async function destroyOne(alone: Alone, flags: DestroyFlags, name: string): Promise<Row | null> {
  const { session } = alone;
  const { layout } = session;
  const [part] = madeParts(layout, name);
  if (part === undefined) return gone(alone, flags, name);
  const keep = flags.keepState === true;
  if (!keep) noteUnfinished(layout, { verb: "destroy", name, unit: part.unit });
  const changed = await carriedOut(alone, flags, {
    interrupted: `\`stowage destroy ${name}\` goes on with it`,
    prepare: () => planByHand(session, { verb: "destroy", name }, (now) => withoutContainer(layout, now, name)),
  });
  // What did not stop still needs what it stands on.
  if (changed.exitCode !== exitCodes.done) return null;
  const hadState = existsSync(containerDir(layout, name));
  const unmounted = keep ? [] : await removeWritten(session, name);
  forgetUnfinished(layout);
  return { name, existed: true, state: !hadState ? null : keep ? "kept" : "removed", unmounted };
}

/** There is no such container, and no reason to fail. What one of before has written goes only where that is asked for. */
async function gone({ session }: Alone, flags: DestroyFlags, name: string): Promise<Row> {
  const { layout } = session;
  const hasState = existsSync(containerDir(layout, name));
  if (!hasState || !flags.state) return { name, existed: false, state: hasState ? "kept" : null, unmounted: [] };
  return { name, existed: false, state: "removed", unmounted: await removeWritten(session, name) };
}

const contradiction = (): StowageError =>
  new StowageError(
    {
      code: "bad-usage",
      message: "--keep-state and --state cannot both be: the one keeps what the other removes",
      hint: "`stowage help destroy` says what each is for",
    },
    { exitCode: exitCodes.badUsage },
  );

export function rowText(layout: Layout, { name, existed, state, unmounted }: Row): string {
  // Below its root a container names directories as it likes.
  const mounts = unmounted.map((point) => `  unmounted ${printable(point).replaceAll("\n", " ")}\n`).join("");
  const kept = state === "kept" ? `; ${containerDir(layout, name)} is kept: \`stowage destroy --state ${name}\`` : "";
  if (existed) return `${name}: destroyed${kept}\n${mounts}`;
  return `${name}: there is no such container${state === "removed" ? "; what it had written is removed" : kept}\n${mounts}`;
}

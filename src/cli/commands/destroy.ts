/** stowage destroy NAME…: containers that were made by hand, and what they have written. */
import { existsSync } from "node:fs";
import { readActive, readCurrent } from "../../apply/current.ts";
import { removeProfile, removeState } from "../../apply/remove-state.ts";
import { type ContainerPart, withoutContainer } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { containerDir, type Layout } from "../../store/layout.ts";
import { type Alone, whileAlone } from "../alone.ts";
import { forgetLock } from "../by-hand/compiled.ts";
import { hushed } from "../by-hand/hushed.ts";
import { requireName } from "../by-hand/names.ts";
import { forgetUnfinished, noteUnfinished } from "../by-hand/unfinished.ts";
import { planByHand } from "../change-made.ts";
import { exitCodes } from "../exit-codes.ts";
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
  // It becomes part of a path, whether there is one or not.
  for (const name of names) requireName(name, "oci");
  return whileAlone(hushed(session), "destroy", { wait: true }, async (alone) => {
    requireMade(session.layout, names);
    const rows: Row[] = [];
    let exitCode: number = exitCodes.done;
    for (const name of new Set(names)) {
      const one = await destroyOne(alone, flags, name);
      if (one === null) exitCode = exitCodes.unitsFailed;
      else rows.push(one);
    }
    printDocument(session, flags, { exitCode, document: { destroyed: rows } });
    if (!flags.json && !session.events) for (const row of rows) session.tell(rowText(session.layout, row));
    return exitCode;
  });
}

const partsOf = (layout: Layout, name: string): ContainerPart[] =>
  [readActive(layout), readCurrent(layout)].flatMap((one) => one?.generation.containers[name] ?? []);

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
  const [part] = partsOf(layout, name);
  if (part === undefined) return leftBehind(alone, flags, name);
  const keep = flags.keepState === true;
  if (!keep) noteUnfinished(layout, { verb: "destroy", name, unit: part.unit });
  const changed = await carriedOut(alone, flags, {
    interrupted: `\`stowage destroy ${name}\` goes on with it`,
    prepare: () => planByHand(session, { verb: "destroy", name }, (now) => withoutContainer(layout, now, name)),
  });
  // What did not stop still needs what it stands on.
  if (changed.exitCode !== exitCodes.done) return null;
  const hadState = existsSync(containerDir(layout, name));
  const unmounted = keep ? [] : await removeAll(layout, name);
  forgetUnfinished(layout);
  forgetLock(layout);
  return { name, existed: true, state: !hadState ? null : keep ? "kept" : "removed", unmounted };
}

/** There is no such container, and no reason to fail. What one of before has written goes only where that is asked for. */
async function leftBehind({ session }: Alone, flags: DestroyFlags, name: string): Promise<Row> {
  const { layout } = session;
  const hasState = existsSync(containerDir(layout, name));
  if (!hasState || !flags.state) return { name, existed: false, state: hasState ? "kept" : null, unmounted: [] };
  return { name, existed: false, state: "removed", unmounted: await removeAll(layout, name) };
}

async function removeAll(layout: Layout, name: string): Promise<string[]> {
  const unmounted = await removeState(layout, name);
  await removeProfile(layout, name);
  return unmounted;
}

function rowText(layout: Layout, { name, existed, state, unmounted }: Row): string {
  const mounts = unmounted.map((point) => `  unmounted ${point}\n`).join("");
  const kept = state === "kept" ? `; ${containerDir(layout, name)} is kept: \`stowage destroy --state ${name}\`` : "";
  if (existed) return `${name}: destroyed${kept}\n${mounts}`;
  return `${name}: there is no such container${state === "removed" ? "; what it had written is removed" : kept}\n${mounts}`;
}

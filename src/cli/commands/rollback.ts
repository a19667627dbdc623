/** stowage rollback: the machine becomes what a former generation says. */
import { readChecked } from "../../apply/current.ts";
import { StowageError } from "../../error.ts";
import { currentGeneration, formerGeneration, listGenerations } from "../../store/generations.ts";
import type { Layout } from "../../store/layout.ts";
import { type Alone, whileAlone } from "../alone.ts";
import type { ChangeFlags } from "../flags.ts";
import { planFor, rebuild } from "../pipeline.ts";
import { requirePaths } from "../required.ts";
import type { Session, SharedFlags } from "../session.ts";
import { planAndCarryOut } from "../shown.ts";

export default async function rollback(
  session: Session,
  flags: SharedFlags & ChangeFlags,
  to?: number,
): Promise<number> {
  return whileAlone(session, "rollback", flags, (alone) => rollBack(alone, flags, to));
}

async function rollBack(alone: Alone, flags: ChangeFlags, to: number | undefined): Promise<number> {
  const { session } = alone;
  const number = chosen(session.layout, to);
  const next = readChecked(session.layout, number);
  requirePaths(session, next);
  return planAndCarryOut(alone, flags, {
    // Without the number it would go to the one before this, where this one is current already.
    interrupted: `\`stowage rollback ${number}\` goes on to generation ${number}, \`stowage switch\` to what host.ts says`,
    async prepare(onProgress) {
      await rebuild(session, next, onProgress);
      return planFor(session, next, number);
    },
  });
}

/** @throws StowageError `no-generation` */
function chosen(layout: Layout, to: number | undefined): number {
  const kept = listGenerations(layout);
  if (to === undefined) {
    const former = formerGeneration(layout);
    if (former !== null) return former;
    const current = currentGeneration(layout);
    throw noGeneration(
      current === null ? "there is no generation yet" : `there is no generation before ${current}, the current one`,
      current === null ? "run `stowage switch` first" : "`stowage generations` lists those that are kept",
    );
  }
  if (kept.includes(to)) return to;
  const list = kept.length === 0 ? "none is kept" : `kept are ${kept.join(", ")}`;
  throw noGeneration(`there is no generation ${to}`, `${list}; \`stowage generations\` says more`);
}

const noGeneration = (message: string, hint: string): StowageError =>
  new StowageError({ code: "no-generation", message, hint });

/** A change of one container that is made by hand, as a plan. */
import { readActive, readCurrent } from "../apply/current.ts";
import { nothing } from "../apply/journal.ts";
import { type ByHand, type Generation, withNotes } from "../compile/index.ts";
import { switchedAt } from "../store/generations.ts";
import { type Planned, planFor } from "./pipeline.ts";
import type { Session } from "./session.ts";

/**
 * Plans a change of what is made by hand. What host.ts declares stays as the machine has it; where the next boot has
 * another generation, that is changed alike, and stays the next boot's.
 * @param change from what there is to what there is to be: pure. Before the first switch there is {@link nothing}
 * @throws StowageError what `change` throws
 */
export async function planByHand(
  session: Session,
  byHand: ByHand,
  change: (generation: Generation) => Generation,
): Promise<Planned> {
  const { layout } = session;
  const changed = (generation: Generation): Generation => {
    const { declaredIn } = generation;
    return withNotes(change(generation), { byHand, ...(declaredIn !== undefined && { declaredIn }) });
  };
  const active = readActive(layout);
  const next = changed(active?.generation ?? nothing);
  const boot = readCurrent(layout);
  if (active === null || boot === null || active.number === boot.number) return planFor(session, next);
  const wasCurrent = switchedAt(layout, active.number) !== null;
  return planFor(session, next, undefined, "active", { generation: changed(boot.generation), wasCurrent });
}

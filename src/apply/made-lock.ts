/** The lock file of containers that were made by hand: one for all of them. */
import { rmSync } from "node:fs";
import type { Generation } from "../compile/generation.ts";
import type { Plan } from "../plan/plan.ts";
import { type Layout, madeDir, madeLockFile } from "../store/layout.ts";
import { removeIfEmpty } from "./directories.ts";
import type { Machine } from "./machine.ts";

type Generations = readonly (Generation | null | undefined)[];

/**
 * It goes with the last of them.
 * @param before what the machine, its next boot, and switches that were cut short had
 * @param now what machine and next boot have: while one of them is in it, the file is of use
 */
export function forgetMadeLock(layout: Layout, before: Generations, now: Generations): void {
  if (!before.some(hasMade) || now.some(hasMade)) return;
  rmSync(madeLockFile(layout), { force: true });
  removeIfEmpty(madeDir(layout));
}

/** {@link forgetMadeLock} once a plan is carried out. */
export function forgetMadeLockAfter(plan: Plan, machine: Machine): void {
  const cut = machine.leftBehind.map((one) => one.generation);
  forgetMadeLock(machine.layout, [plan.current, machine.nextBoot, ...cut], generationsAfter(plan, machine));
}

/** The machine's, and that of its next boot. */
function generationsAfter({ next }: Plan, { becomes, nextBoot, nextBootToo }: Machine): Generations {
  const isBoth = becomes === undefined || becomes === "current" || becomes === "current-at-boot";
  return isBoth ? [next] : [next, nextBootToo?.generation ?? nextBoot];
}

const hasMade = (generation: Generation | null | undefined): boolean =>
  Object.values(generation?.containers ?? {}).some(({ made }) => made);

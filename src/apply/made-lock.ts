/** The lock file of containers that were made by hand: one for all of them. */
import { rmSync } from "node:fs";
import type { Generation } from "../compile/generation.ts";
import type { Plan } from "../plan/plan.ts";
import { madeDir, madeLockFile } from "../store/layout.ts";
import { removeIfEmpty } from "./directories.ts";
import type { Machine } from "./machine.ts";

/** Once a plan is carried out: it goes with the last of them. While the machine or its next boot has one, it is of use. */
export function forgetMadeLock(plan: Plan, machine: Machine): void {
  const cut = machine.leftBehind.map((one) => one.generation);
  const before = [plan.current, machine.nextBoot, ...cut];
  if (!before.some(hasMade) || generationsAfter(plan, machine).some(hasMade)) return;
  rmSync(madeLockFile(machine.layout), { force: true });
  removeIfEmpty(madeDir(machine.layout));
}

/** The machine's, and that of its next boot. */
function generationsAfter({ next }: Plan, { becomes, nextBoot, nextBootToo }: Machine) {
  const isBoth = becomes === undefined || becomes === "current" || becomes === "current-at-boot";
  return isBoth ? [next] : [next, nextBootToo?.generation ?? nextBoot];
}

const hasMade = (generation: Generation | null | undefined): boolean =>
  Object.values(generation?.containers ?? {}).some(({ made }) => made);

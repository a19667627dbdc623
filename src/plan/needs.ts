/**
 * Containers that need others (`dependsOn`). systemd stops what needs a unit that it stops, and starts what a unit needs
 * that it starts: the plan says so, and does it in order, so that nobody is stopped on the way and stays so.
 */
import type { ContainerPart } from "../compile/generation.ts";
import { type Decision, isUp, type Running } from "./decide.ts";

export interface Needing {
  readonly name: string;
  readonly former: ContainerPart | null;
  readonly next: ContainerPart | null;
  readonly running: Running;
  readonly decision: Decision;
  readonly because: string;
  /** Stopped, it must be so with its old definitions. */
  readonly networkChanged: boolean;
  /** What runs by the name of its service is stopped, whoever's it is: systemd stops what needs it, too. */
  readonly isOthers?: boolean;
}

const needs = (part: ContainerPart | null): readonly string[] => part?.dependsOn ?? [];

/** Decisions with what follows from those of others. */
export function withNeeds<T extends Needing>(all: readonly T[]): T[] {
  const byName = new Map(all.map((one) => [one.name, one]));
  const change = (one: T, decision: Decision, because: string) => byName.set(one.name, { ...one, decision, because });
  // Each round passes a decision on by one step; a decision only ever grows.
  for (let rounds = 0; rounds <= all.length; rounds++) {
    const before = [...byName.values()];
    for (const name of byName.keys()) {
      const one = byName.get(name) as T;
      for (const needed of new Set([...needs(one.former), ...needs(one.next)])) {
        const other = byName.get(needed);
        if (other !== undefined && one.next !== null) follow(byName.get(name) as T, other, change);
      }
    }
    if (before.every((one) => byName.get(one.name) === one)) break;
  }
  return all.map((one) => byName.get(one.name) as T);
}

function follow<T extends Needing>(
  one: T,
  needed: T,
  change: (one: T, decision: Decision, because: string) => unknown,
) {
  if (isUp(one.running) && (stops(needed.decision) || needed.isOthers)) {
    const swaps = (needed.decision === "swap" || needed.decision === "restart") && !one.networkChanged;
    const decision = swaps ? "swap" : "stop-start";
    const what = needed.decision === "stop" ? "goes" : "is stopped and started";
    if (rank(one.decision) < rank(decision))
      change(one, decision, [one.because, `it needs ${needed.name}, which ${what}`].filter(Boolean).join("; "));
    // As one job systemd would restart both, and nobody would see how the other one ended.
    if (needed.decision === "restart") change(needed, "swap", needed.because);
  }
  const wanted = starts(one.decision) && needs(one.next).includes(needed.name);
  if (wanted && needed.decision === "none" && !isUp(needed.running)) change(needed, "start", `${one.name} needs it`);
}

const stops = (decision: Decision): boolean => ["stop", "restart", "swap", "stop-start"].includes(decision);
const starts = (decision: Decision): boolean => ["start", "restart", "swap", "stop-start"].includes(decision);

const rank = (decision: Decision): number => ["restart", "swap", "stop-start"].indexOf(decision);

/** Those first that others need; else as they stand. */
export function neededFirst<T extends Pick<Needing, "name" | "former" | "next">>(
  all: readonly T[],
  which: "former" | "next",
): T[] {
  const byName = new Map(all.map((one) => [one.name, one]));
  const done = new Set<T>();
  const visit = (one: T): void => {
    if (!byName.delete(one.name)) return;
    for (const name of needs(one[which])) {
      const needed = byName.get(name);
      if (needed !== undefined) visit(needed);
    }
    done.add(one);
  };
  for (const one of all) visit(one);
  return [...done];
}

/**
 * The machine has one generation, and the next boot another: after `boot`, and after `test`. Then `generations/active`
 * stands beside `current`, and a unit, before all others of ours, carries the machine from the one to the other at the
 * next boot. See docs/design/on-disk-format.md, "Two generations at a time".
 */
import type { Generation } from "../compile/generation.ts";
import { readLink, readText } from "../host/files.ts";
import { waitsForBoot } from "../plan/index.ts";
import {
  activeGeneration,
  clearActiveGeneration,
  currentGeneration,
  setActiveGeneration,
  setCurrentGeneration,
  writeGeneration,
} from "../store/generations.ts";
import { defaultLayout, type Layout } from "../store/layout.ts";
import { pathWord, render, saysOurs, type Unit } from "../units/index.ts";
import { removeLink, removeOurs, writeLink, writeOurs } from "./files.ts";
import { nothing } from "./journal.ts";

export const bootUnitName = "stowage-boot.service";
const link = `multi-user.target.wants/${bootUnitName}`;

/** What carries the machine over at the next boot. */
export interface Carrier {
  /** The command, by absolute paths without links: `/usr/bin/node /usr/lib/…/cli.js`. */
  readonly program: readonly string[];
  /** Id of the boot that this is written in: in it nothing is to be carried over. */
  readonly boot: string;
}

/** Whether the next boot has another generation than the machine. */
export const isDivided = (layout: Layout): boolean => activeGeneration(layout) !== currentGeneration(layout);

/** @param generations whose units wait for it, as far as they can */
export function bootUnit(layout: Layout, { program, boot }: Carrier, generations: readonly Generation[]): Unit {
  const waiting = generations.flatMap((one) => Object.values(one.units).filter(waitsForBoot));
  const units = [...new Set(waiting.map(({ name }) => name))].sort();
  const state = layout.state === defaultLayout.state ? [] : ["--state-dir", layout.state];
  const paths = [layout.state, ...program.filter((word) => word.startsWith("/"))];
  return {
    name: bootUnitName,
    sections: {
      Unit: {
        Description: "Containers as this boot is to have them",
        RequiresMountsFor: [...new Set(paths)].map(pathWord),
        Before: units,
      },
      Service: {
        Type: "oneshot",
        SyslogIdentifier: "stowage-boot",
        ExecStart: { exec: [...program, "at-boot", boot, ...state] },
        // Roots of new containers are made in it. Containers wait for it; one that hangs must not keep them for ever.
        TimeoutStartSec: "10min",
      },
    },
  };
}

/** Replaces what was written before. @throws StowageError `foreign-file` */
function writeBootUnit(layout: Layout, carrier: Carrier, generations: readonly Generation[]): void {
  const text = render(bootUnit(layout, carrier, generations));
  writeOurs(layout, `${layout.units}/${bootUnitName}`, { text, mode: "0644" }, false);
  writeLink(`${layout.units}/${link}`, `../${bootUnitName}`);
}

/** Also where only a part of it is there; what is not ours is left alone. */
export function removeBootUnit(layout: Layout): void {
  const path = `${layout.units}/${bootUnitName}`;
  const text = readText(path);
  if (text !== null && !saysOurs(text)) return;
  if (readLink(`${layout.units}/${link}`) === `../${bootUnitName}`) removeLink(`${layout.units}/${link}`);
  if (text !== null) removeOurs(path, false);
}

/** In which boot the unit was written; null: there is none. */
export function writtenInBoot(layout: Layout): string | null {
  const text = readText(`${layout.units}/${bootUnitName}`) ?? "";
  return / at-boot "?([0-9a-f-]{36})\b/.exec(text)?.[1] ?? null;
}

/** What is written for it, to be looked through for what a killed process left. */
export const bootUnitPaths = (layout: Layout): string[] => [
  `${layout.units}/${bootUnitName}`,
  `${layout.units}/${link}`,
];

/** A machine that was never switched has the generation that nothing is in, from here on under a number. */
export function currentOrNothing(layout: Layout): number {
  const current = currentGeneration(layout);
  if (current !== null) return current;
  const number = writeGeneration(layout, nothing);
  setCurrentGeneration(layout, number);
  return number;
}

/**
 * `boot`. The machine keeps what it has until then; cut short before the last step, nothing has changed.
 * @param number of the generation; null: it gets the next one
 * @param others further generations whose units may be there
 * @returns its number
 */
export function giveNextBoot(
  layout: Layout,
  next: Generation,
  number: number | null,
  carrier: Carrier,
  others: readonly Generation[],
): number {
  currentOrNothing(layout);
  const active = activeGeneration(layout);
  const given = number ?? writeGeneration(layout, next);
  if (active === null || active === given) {
    giveBoth(layout, given);
    removeBootUnit(layout);
    return given;
  }
  writeBootUnit(layout, carrier, [...others, next]);
  setActiveGeneration(layout, active);
  setCurrentGeneration(layout, given);
  return given;
}

/** `test`, before anything is touched: whatever becomes of it, the next boot puts everything right. */
export function giveMachine(
  layout: Layout,
  number: number,
  carrier: Carrier,
  generations: readonly Generation[],
): void {
  writeBootUnit(layout, carrier, generations);
  setActiveGeneration(layout, number);
}

/** While there are two, a switch to a third: the next boot may find files of all of them. */
export function renewBootUnit(layout: Layout, carrier: Carrier, generations: readonly Generation[]): void {
  if (isDivided(layout)) writeBootUnit(layout, carrier, generations);
}

/** The machine has this generation, and so has the next boot. The unit stays: at boot it is what runs this. */
export function giveBoth(layout: Layout, number: number): void {
  if (currentGeneration(layout) !== number) setCurrentGeneration(layout, number);
  clearActiveGeneration(layout);
}

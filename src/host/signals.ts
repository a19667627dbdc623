/** Signals by the names that people use for them. Facts: signal(7), kill(1). */
import { constants } from "node:os";

/** glibc's: it keeps two of the kernel's for itself. */
const realTime = { first: 34, last: 64 };

export const SIGKILL = constants.signals.SIGKILL;

/**
 * `HUP`, `SIGHUP`, `1`, `RTMIN+3`, `SIGRTMAX-14`; capitals or not.
 * @returns null where it is no signal of Linux
 */
export function signalNumber(text: string): number | null {
  const name = text.toUpperCase().replace(/^SIG/, "");
  if (/^\d{1,2}$/.test(name)) return within(Number(name), 1);
  const [, base, , distance = "0"] = /^RT(MIN|MAX)(([+-]\d{1,2})?)$/.exec(name) ?? [];
  if (base !== undefined) return within((base === "MIN" ? realTime.first : realTime.last) + Number(distance), 34);
  const known: Readonly<Record<string, number>> = constants.signals;
  return Object.hasOwn(known, `SIG${name}`) ? (known[`SIG${name}`] ?? null) : null;
}

const within = (number: number, first: number): number | null =>
  number >= first && number <= realTime.last ? number : null;

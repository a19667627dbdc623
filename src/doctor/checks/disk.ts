/** What is ours on disk. */
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

export function disk({ state }: Facts): Finding[] {
  const damage = state.damage.map(
    (what): Finding => ({
      check: "damage",
      state: "problem",
      what,
      why: "nothing is written while something of ours cannot be read",
    }),
  );
  return [
    ...(damage.length > 0
      ? damage
      : [{ check: "damage", state: "ok", what: "what is ours on disk can be read" } as const]),
    state.interrupted
      ? { check: "interrupted", state: "note", what: "the last switch did not come to its end", mend: "stowage switch" }
      : { check: "interrupted", state: "ok", what: "no switch was cut short" },
  ];
}

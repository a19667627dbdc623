/**
 * `switch`, `rollback` and `gc` are ended by kill -9 at one call after the other: the machine has the old generation or the
 * new one, and the next run brings it to what is declared. So it is when a call fails, and then it is said why.
 * `npm run test:faults` strikes at thousands of them, `npm test` at some of each kind.
 */
import { expect } from "vitest";
import type { Suite } from "../../../lab/tree.ts";
import { scenario } from "../harness.ts";
import { expectMistakesFound, mistakeRounds } from "./mistakes.ts";
import { type Answer, prepare, type Round, strike } from "./stage.ts";

/** On each suite. Without a number it is some sixty points on one: what they hit is ours, not of systemd's versions. */
const asked = Number(process.env.STOWAGE_FAULTS ?? 0);
const isLong = asked > 0;
const kills = isLong ? asked : 48;
/** Other points: any number. */
const seed = Number(process.env.STOWAGE_FAULTS_SEED ?? 20261122);
const limit = isLong ? 14_400_000 : 1_200_000;

const killed = (verb: Round["verbs"][number], part: number): Round => ({
  verbs: [verb],
  what: ["signal=KILL"],
  points: Math.round(kills * part),
  planEvery: isLong ? 5 : 25,
});
const failing: Round = {
  verbs: ["switch", "rollback", "gc"],
  what: ["error=ENOSPC", "error=EIO", "error=EROFS"],
  points: isLong ? Math.round(kills * 0.3) : 12,
  planEvery: isLong ? 5 : 25,
};

scenario(
  "ended, or failing, at any call: whole, and finished by the next run",
  async ({ host }) => {
    await prepare(host);
    const own = [killed("switch", 0.5), killed("rollback", 0.25), killed("gc", 0.25), failing];
    // The test of the test: what it finds does not depend on the suite.
    const wrong = host.suite === "bookworm" ? await mistakeRounds(host) : [];
    const answer = await strike(host, { seed, looking: isLong, rounds: [...own, ...wrong] }, limit);
    if (isLong) console.log(told(host.suite, answer));
    expect(answer.error).toBeUndefined();
    const rounds = answer.rounds.slice(0, own.length);
    expect(rounds.flatMap(({ failures }) => failures)).toEqual([]);
    for (const { points, late, calls } of rounds) {
      expect(late, `of ${points} came too late`).toBeLessThan(points / 5 + 2);
      expect(Object.keys(calls).length).toBeGreaterThan(5);
    }
    // Both are seen, or the points were badly chosen.
    for (const { ends } of rounds.slice(0, 2)) expect(Math.min(ends.old, ends.new)).toBeGreaterThan(0);
    if (wrong.length > 0) expectMistakesFound(answer.rounds.slice(own.length));
  },
  { timeout: limit + 120_000, ...(!isLong && { on: "bookworm" as const }) },
);

function told(suite: Suite, { possible, rounds }: Answer): string {
  const shown = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  const lines = rounds.map(({ points, late, ends, verbs, calls, seconds }) => {
    const after = ends.old + ends.new > 0 ? `; then current: old ${ends.old}, new ${ends.new}` : "";
    return `  ${shown(verbs)}: ${points} points in ${seconds.toFixed(0)} s, ${late} too late${after}\n    ${shown(calls)}`;
  });
  return [`${suite}: points there are: ${shown(possible)}`, ...lines].join("\n");
}

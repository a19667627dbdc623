/** Where options were defined, for checks that compare options of several containers. */
import type { Place } from "../error.ts";
import { showPlace } from "../error.ts";
import { insideOf } from "./evaluate.ts";
import type { Evaluation } from "./evaluation.ts";
import { placesIn } from "./origins.ts";

/**
 * The places of the definitions that count for an option, or, where it has none, of the nearest definition around it.
 * Elements of lists are named by number: `["containers", "web", "forwardPorts", "0"]`.
 */
export function placesOf(evaluation: Evaluation<unknown>, path: readonly string[]): Place[] {
  const { pass } = insideOf(evaluation);
  const names = path.map((name) => (/^\d+$/.test(name) ? `[${name}]` : name));
  for (let length = path.length; length > 0; length--) {
    const cell = pass.cellAt(path.slice(0, length)) ?? pass.cellAt(names.slice(0, length));
    if (!cell) continue;
    const places = cell.definitions().flatMap(({ run, value }) => (run ? placesIn(run, cell.path, value) : []));
    if (places.length > 0) return [...new Map(places.map((place) => [showPlace(place), place])).values()];
  }
  return [];
}

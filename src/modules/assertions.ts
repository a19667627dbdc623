/** The options `assertions` and `warnings` of the root, where they are declared: ordinary options with a meaning. */
import type { Place, Problem } from "../error.ts";
import type { Cell } from "./cell.ts";
import { Failure } from "./failure.ts";
import { placesIn } from "./origins.ts";
import { firstPlace } from "./place.ts";
import type { Settled } from "./settle.ts";
import { showPath } from "./show.ts";

/** Every assertion that does not hold. */
export function assertionProblems(settled: Settled): Problem[] {
  return elementsOf(settled, "assertions").flatMap(({ cell, value }) => {
    const { assertion, message } = (value ?? {}) as { assertion?: unknown; message?: unknown };
    if (assertion !== false || typeof message !== "string") return [];
    return [{ code: "assertion", message, option: cell.path, ...placed(cell) }];
  });
}

export function warningProblems(settled: Settled): Problem[] {
  return elementsOf(settled, "warnings").flatMap(({ cell, value }) =>
    typeof value === "string" ? [{ code: "warning", message: value, option: cell.path, ...placed(cell) }] : [],
  );
}

/** Definitions of options that have another name now, or none. */
export function formerProblems({ pass }: Settled): { readonly errors: Problem[]; readonly warnings: Problem[] } {
  const errors: Problem[] = [];
  const warnings: Problem[] = [];
  for (const scope of pass.scopes) {
    for (const declared of scope.collected.former) {
      const cell = scope.optionCell(declared);
      const places = cell.definitions().flatMap(({ run }) => (run ? placesIn(run, cell.path).slice(0, 1) : []));
      if (!cell.definitions().some(({ run }) => run)) continue;
      const { deprecated, removed } = declared.option;
      const base = { option: cell.path, ...(places.length > 0 && { places }) };
      const name = showPath(cell.path);
      if (deprecated !== undefined)
        warnings.push({ code: "deprecated-option", message: `${name} ${deprecated}`, ...base });
      else errors.push({ code: "removed-option", message: `${name} no longer exists`, hint: removed!, ...base });
    }
  }
  return { errors, warnings };
}

function elementsOf(settled: Settled, name: string): { cell: Cell; value: unknown }[] {
  const list = settled.pass.cellAt([name]);
  const values = list?.value();
  if (!list || values instanceof Failure || !Array.isArray(values)) return [];
  const cells = values.length > 0 ? list.elements() : [];
  return values.map((value, index) => ({ cell: cells[index]!, value }));
}

function placed(cell: Cell): { places?: readonly Place[] } {
  const places = cell.definitions().flatMap(({ run, value }) => (run ? elementPlaces(run, cell, value) : []));
  return places.length > 0 ? { places } : {};
}

/** An element that is an object literal knows where its keys are; else the list's place is the nearest. */
function elementPlaces(run: Parameters<typeof placesIn>[0], cell: Cell, value: unknown): readonly Place[] {
  const own = typeof value === "object" && value !== null ? firstPlace(value) : undefined;
  return own ? [own] : placesIn(run, cell.path).slice(0, 1);
}

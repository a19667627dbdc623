/** Passes until the answers that were taken from the former pass come out the same. */

import type { Collected } from "./collect.ts";
import { type Cycle, findCycles } from "./cycles.ts";
import { Failure } from "./failure.ts";
import { OptionCell } from "./option-cell.ts";
import { definitionViews } from "./option-view.ts";
import { Knowledge, Pass } from "./pass.ts";
import { unknownValue } from "./probe.ts";
import type { Read } from "./run.ts";
import { alike } from "./same.ts";
import type { Scope } from "./scope.ts";
import { scopeValue } from "./scope-value.ts";

export interface Settled {
  readonly pass: Pass;
  readonly config: object;
  readonly cycles: readonly Cycle[];
  /** What still changed from pass to pass when it was given up. */
  readonly restless: readonly Read[];
}

/** @param attach is told the scope of each pass before anything is run in it */
export function settle(
  collected: Collected,
  known: Readonly<Record<string, unknown>>,
  attach: (scope: Scope) => void,
): Settled {
  const knowledge = new Knowledge();
  let pass: Pass | undefined;
  for (let count = 0; ; count++) {
    // Two passes back is far enough: what they answered has been asked again since.
    if (pass?.previous) pass.previous.previous = undefined;
    pass = new Pass({ collected, given: [], known }, pass, knowledge);
    attach(pass.root);
    pass.runRoot();
    // Most knots show at once; then the rest is not worth computing.
    let changed = stillChanging(pass);
    const done: Pass = pass;
    const build = () => done.fromTop(() => scopeValue(done.root));
    if (changed.length === 0 && !pass.spoiled) {
      const config = build();
      // What was compared before the rest was computed stays as it was: cells do not change.
      changed = stillChanging(pass);
      if (changed.length === 0 && !pass.spoiled) return { pass, config, cycles: cyclesOf(pass), restless: [] };
    }
    if (count > mostPasses(pass)) return { pass, config: build(), cycles: cyclesOf(pass), restless: changed };
  }
}

/** Each pass makes at least one more answer right, if they ever become right; learning who defines what takes some, too. */
function mostPasses(pass: Pass): number {
  let knots = 0;
  for (const run of pass.knotted) knots += run.reads.filter((read) => read.knot).length;
  return 10 + knots + pass.knowledge.hints.size;
}

const cyclesOf = (pass: Pass): Cycle[] => (pass.knotted.size > 0 ? findCycles(pass) : []);

/** Answers of the former pass that this one would not give. */
function stillChanging(pass: Pass): Read[] {
  const changed: Read[] = [];
  for (const run of pass.knotted) {
    for (const read of run.reads) {
      if (!read.knot || pass.confirmed.has(read)) continue;
      if (alike(answerNow(pass, read), read.seen)) pass.confirmed.add(read);
      else changed.push(read);
    }
  }
  return changed;
}

function answerNow(pass: Pass, read: Read): unknown {
  const cell = pass.cellAt(read.path);
  return pass.fromTop(() => {
    switch (read.kind) {
      case "exists":
        return cell !== undefined;
      case "keys":
        return cell?.keys() ?? [];
      case "shape":
        return cell?.shape().is;
      case "definitions":
        return cell instanceof OptionCell ? definitionViews(cell.allDefinitions()) : [];
      case "value": {
        const value = cell?.value();
        return cell === undefined || value instanceof Failure ? unknownValue : value;
      }
    }
  });
}

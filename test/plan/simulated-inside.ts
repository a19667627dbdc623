/** The systemd of a container, in memory: what runs after an order was carried out, against what would after a start. */
import type { InnerChanges } from "../../src/plan/index.ts";
import { Inside } from "../../src/plan/inside.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";

/** What every boot reaches. */
const reached = ["multi-user.target", "sockets.target", "timers.target", "local-fs.target"];

/** By unit of ours that a start with this brings up: nothing else starts it, and it is there. */
function startedBy(inside: Inside): string[] {
  const up = new Set(reached);
  for (let size = -1; size !== up.size; ) {
    size = up.size;
    for (const unit of inside.names()) if (inside.wantedBy(unit).some((by) => up.has(by))) up.add(unit);
  }
  return [...up].filter((unit) => !reached.includes(unit)).sort();
}

export class InsideMachine {
  readonly #running = new Map<string, number>();
  #starts = 0;

  constructor(recipe: ToplevelRecipe) {
    const inside = new Inside(recipe);
    for (const unit of startedBy(inside)) this.#start(unit, inside);
  }

  starts(): ReadonlyMap<string, number> {
    return new Map(this.#running);
  }

  /** And what it wants. */
  #start(unit: string, inside: Inside): void {
    if (this.#running.has(unit)) return;
    this.#running.set(unit, ++this.#starts);
    for (const other of inside.names()) if (inside.wantedBy(other).includes(unit)) this.#start(other, inside);
  }

  takeOver({ units }: InnerChanges, recipe: ToplevelRecipe): void {
    const has = (unit: string) => this.#running.has(unit) || reached.includes(unit);
    const stopped = units
      .filter(({ unit, verb, replaces, running }) => {
        return ([verb, running].some((one) => one === "exchange" || one === "restart") || replaces) && has(unit);
      })
      .map(({ unit }) => unit);
    for (const { unit, verb } of units) if (verb === "stop") this.#running.delete(unit);
    for (const unit of stopped) this.#running.delete(unit);
    const inside = new Inside(recipe);
    for (const { unit, verb, by = [] } of units) {
      if (verb !== "start" || !by.some(has)) continue;
      if (inside.isMasked(unit)) throw new Error(`${unit} is started and is masked`);
      this.#start(unit, inside);
    }
    for (const unit of stopped) this.#start(unit, inside);
  }

  /** What a start would bring up, and is not. */
  missing(recipe: ToplevelRecipe): string[] {
    return startedBy(new Inside(recipe)).filter((unit) => !this.#running.has(unit));
  }

  /** What runs and has no definition any more. One that nothing wants any more goes on, as NixOS has it. */
  strays(recipe: ToplevelRecipe): string[] {
    const inside = new Inside(recipe);
    return [...this.#running.keys()].filter((unit) => !inside.isMeant(unit) && !unit.endsWith(".slice"));
  }

  /** What is not the same process as before although it is defined as before, and nothing that is one with it differs. */
  touched(former: ReadonlyMap<string, number>, was: ToplevelRecipe, is: ToplevelRecipe): string[] {
    const [before, after] = [new Inside(was), new Inside(is)];
    const differs = (unit: string) =>
      !before.isMeant(unit) || !after.isMeant(unit) || before.changes(unit, after).length > 0;
    const pairs = [...before.sockets(), ...after.sockets()];
    const partners = (unit: string) => pairs.filter((pair) => pair.includes(unit)).flat();
    return [...former]
      .filter(([unit, start]) => this.#running.get(unit) !== start)
      .map(([unit]) => unit)
      .filter((unit) => ![unit, ...partners(unit)].some(differs));
  }
}

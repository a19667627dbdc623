/** Problems of a configuration, gathered so that all of them are shown at once. */
import { type Place, type Problem, StowageError } from "../error.ts";

/** Where the definitions of an option were written: `["containers", "web", "path"]`. */
export type PlacesOf = (path: readonly string[]) => readonly Place[];

export class Problems {
  readonly #list: Problem[] = [];
  readonly #placesOf: PlacesOf;

  constructor(placesOf: PlacesOf) {
    this.#placesOf = placesOf;
  }

  /** How many there are by now. */
  get count(): number {
    return this.#list.length;
  }

  /** @param options the options it is about; the first is named, the places of all are shown */
  add(problem: Problem, ...options: readonly (readonly string[])[]): void {
    const places = options.flatMap((path) => this.#placesOf(path));
    const option = options[0];
    this.#list.push({ ...problem, ...(option && { option }), ...(places.length > 0 && { places }) });
  }

  /** Runs a piece of work; problems that it throws get the places of an option. Null when it threw any. */
  within<T>(option: readonly string[], work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof StowageError)) throw error;
      for (const problem of error.problems) this.add(problem, option);
      return null;
    }
  }

  all(): readonly Problem[] {
    return this.#list;
  }

  /** @throws StowageError with every problem, if there is one */
  throwIfAny(): void {
    if (this.#list.length > 0) throw new StowageError(this.#list);
  }
}

/** `containers.web.bindMounts."/srv"` as people write it. */
export function showOption(path: readonly string[]): string {
  return path.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part))).join(".");
}

/** Which modules could define what was read: the edges along which a cycle can run. */
import type { Pass } from "./pass.ts";
import type { Read, Run } from "./run.ts";

export class Definers {
  readonly #found = new Map<string, Set<Run>>();
  readonly #scopes = new Map<string, Run[][]>();
  readonly #computing: (readonly Run[])[];
  #below: Map<string, Run[]> | undefined;

  constructor(pass: Pass) {
    const computing = pass.scopes.map((scope) => scope.runs.filter((run) => "compute" in run.source.definitions));
    this.#computing = computing.filter((runs) => runs.length > 0);
    for (const runs of this.#computing) append(this.#scopes, keyOf(runs[0]!.scope.path), runs);
  }

  of(read: Read): Set<Run> {
    const key = readKey(read);
    let found = this.#found.get(key);
    if (!found) {
      found = this.#find(read);
      this.#found.set(key, found);
    }
    return found;
  }

  #find(read: Read): Set<Run> {
    // A word or a number has no submodules in it.
    const isWhole = read.kind === "value" && typeof read.seen === "object";
    const found = new Set<Run>(isWhole ? this.#allBelow().get(keyOf(read.path)) : []);
    for (let length = 0; length <= read.path.length; length++) {
      for (const runs of this.#scopes.get(keyOf(read.path.slice(0, length))) ?? []) {
        const option = runs[0]!.scope.find(read.path.slice(length));
        if (!option) continue;
        for (const run of runs) if (run.mightDefine(option.option, option.rest[0])) found.add(run);
      }
    }
    return found;
  }

  /** By path: the modules of all submodules below it. */
  #allBelow(): ReadonlyMap<string, readonly Run[]> {
    if (!this.#below) {
      this.#below = new Map();
      for (const runs of this.#computing) {
        const { path } = runs[0]!.scope;
        for (let length = 1; length <= path.length; length++) {
          for (const run of runs) append(this.#below, keyOf(path.slice(0, length)), run);
        }
      }
    }
    return this.#below;
  }
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

export const readKey = ({ kind, path }: Pick<Read, "kind" | "path">) => `${kind} ${keyOf(path)}`;
export const keyOf = (path: readonly string[]) => path.join("\u0000");

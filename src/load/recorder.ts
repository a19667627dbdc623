/** What rewritten code calls: the one global of ours, so that no file of the user needs an import that is not there. */
import { type KeyTable, recordModule, recordObject } from "../modules/place.ts";

export const recorderName = "__stowage";

const spreadKeys: symbol[] = [];
const spreadKey = (index: number): symbol => {
  spreadKeys[index] ??= Symbol(`spread ${index}`);
  return spreadKeys[index];
};

/** The modules that a configuration may import by a bare name: those of the running program. */
export type Libraries = Readonly<Record<string, object>>;

interface Recorder {
  readonly libraries: Record<string, object>;
  object(made: Record<symbol, unknown>, file: string, table: KeyTable, spreads: number): object;
  spread(value: unknown, index: number): object;
  module(value: unknown, file: string): unknown;
}

const recorder: Recorder = {
  libraries: {},
  object(made, file, table, spreads) {
    const values: unknown[] = [];
    for (let index = 0; index < spreads; index++) {
      const key = spreadKey(index);
      values.push(made[key]);
      delete made[key];
    }
    recordObject(made, file, table, values);
    return made;
  },
  // The value travels in the object itself, under a symbol: that holds also where the literal contains an `await`.
  spread: (value, index) => ({ ...(value as object), [spreadKey(index)]: value }),
  module(value, file) {
    recordModule(value, file);
    return value;
  },
};

export function installRecorder(libraries: Libraries): void {
  Object.assign(recorder.libraries, libraries);
  Object.defineProperty(globalThis, recorderName, { value: recorder, configurable: true });
}

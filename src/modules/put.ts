/** Building the objects of a configuration. */
import { StowageError } from "../error.ts";
import { Failure } from "./failure.ts";
import { problemOf } from "./problems.ts";

/** Sets an attribute; one without a value throws where it is read, and is not seen by loops and JSON. */
export function put(object: Record<string, unknown>, name: string, value: unknown): void {
  if (value instanceof Failure) {
    Object.defineProperty(object, name, { enumerable: false, configurable: true, get: () => fail(value) });
  } else if (name === "__proto__") Object.defineProperty(object, name, { enumerable: true, value });
  else object[name] = value;
}

function fail(failure: Failure): never {
  throw new StowageError(problemOf(failure));
}

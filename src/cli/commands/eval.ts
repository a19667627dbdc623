/** stowage eval [path]: the evaluated configuration as JSON. */
import { StowageError } from "../../error.ts";
import { nearestNames } from "../../modules/suggest.ts";
import { evaluate } from "../evaluate.ts";
import { exitCodes } from "../exit-codes.ts";
import { parsePath } from "../option-path.ts";
import type { HostFlags, Session } from "../session.ts";

export default async function evalVerb(session: Session, flags: HostFlags, path?: string): Promise<number> {
  const names = parsePath(path ?? "");
  const { evaluation } = await evaluate(session, flags);
  const value = valueAt(evaluation.config, names);
  session.print(`${JSON.stringify(value, null, 2) ?? "null"}\n`);
  return exitCodes.done;
}

function valueAt(config: unknown, path: readonly string[]): unknown {
  let value = config;
  for (const [index, name] of path.entries()) {
    const isGroup = typeof value === "object" && value !== null;
    if (!isGroup || !Object.hasOwn(value as object, name)) {
      throw nothingAt(path.slice(0, index + 1), isGroup ? Object.keys(value as object) : []);
    }
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function nothingAt(path: readonly string[], known: readonly string[]): StowageError {
  const close = nearestNames(path.at(-1) ?? "", known);
  const hint = close.length > 0 ? `did you mean ${close.join(" or ")}?` : `there are: ${known.join(", ") || "none"}`;
  return new StowageError({
    code: "no-such-path",
    message: `there is no ${path.join(".")} in the configuration`,
    hint,
  });
}

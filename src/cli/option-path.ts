/** Paths of options, as they are written on the command line. Pure. */
import { StowageError } from "../error.ts";
import { exitCodes } from "./exit-codes.ts";

/** `containers.web.bindMounts."/srv/a.b".hostPath`: names with dots in them stand in quotes. */
export function parsePath(text: string): string[] {
  const names: string[] = [];
  const part = /(?:"((?:[^"\\]|\\.)*)"|([^."]+))(?:\.|$)/y;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) throw badPath(text);
    names.push(match[1]?.replace(/\\(.)/g, "$1") ?? match[2] ?? "");
  }
  if (text.endsWith(".")) throw badPath(text);
  return names;
}

const badPath = (text: string): StowageError =>
  new StowageError(
    {
      code: "bad-path",
      message: `"${text}" is not a path of option names`,
      hint: 'write it like containers.web.bindMounts."/srv"',
    },
    { exitCode: exitCodes.badUsage },
  );

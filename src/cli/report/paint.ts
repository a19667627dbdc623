/** Colours, where they are wanted: on a terminal, unless NO_COLOR, CI or --no-color says otherwise. */
import picocolors from "picocolors";
import type { Io, Out } from "../io.ts";

export type Paint = Pick<
  ReturnType<typeof picocolors.createColors>,
  "red" | "green" | "yellow" | "cyan" | "bold" | "dim"
>;

export function paintFor(out: Out, env: Io["env"], wanted: boolean): Paint {
  const on = wanted && out.isTTY === true && !env.NO_COLOR && !env.CI && env.TERM !== "dumb";
  return picocolors.createColors(on);
}

/**
 * Text that came from elsewhere (a log, a program), fit for a terminal: control characters, with which a container could
 * write over what is on the screen, become visible.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? `^${String.fromCharCode(code + 0x40)}` : `\\x${code.toString(16)}`;
  });
}

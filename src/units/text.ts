/** What may stand in a line of a unit file at all. */
import { StowageError } from "../error.ts";

/**
 * What keeps a text from being written into one line: a control character (a line break would begin a new line, and
 * with it a key of the writer's choice), half of a surrogate pair, a noncharacter (systemd drops the line, and says so in
 * the log alone), or null when it is fit.
 */
export function unfitForLine(text: string): string | null {
  // Nearly every text.
  if (/^[ -~]*$/.test(text)) return null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = /[\u0000-\u001f\u007f]/.exec(text);
  if (control !== null) return `holds the control character U+${hex(control[0].charCodeAt(0))}`;
  if (/\p{Surrogate}/u.test(text)) return "is not well-formed Unicode";
  const [none] = noncharacters.exec(text) ?? [];
  return none === undefined ? null : `holds U+${hex(none.codePointAt(0) ?? 0)}, which is no character`;
}

/** U+FDD0 to U+FDEF, and the last two of each plane. */
export const noncharacters = /\p{Noncharacter_Code_Point}/u;

/** The text itself, or a StowageError `unfit-text` that names what it was for. */
export function lineText(text: string, what: string): string {
  const unfit = unfitForLine(text);
  if (unfit === null) return text;
  throw new StowageError({
    code: "unfit-text",
    message: `${what} ${unfit}: ${JSON.stringify(text)}`,
    hint: "write it in one line, without control characters",
  });
}

const hex = (code: number): string => code.toString(16).toUpperCase().padStart(4, "0");

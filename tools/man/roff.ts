/** Text as roff, man(7): nothing of it is taken for a request or an escape. */

/** Within a line. */
export const escaped = (text: string): string =>
  text
    .replaceAll("\\", "\\e")
    // A hyphen that can be copied and searched for, and not a minus of typography.
    .replaceAll("-", "\\-")
    .replaceAll("…", "\\&...")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("^", "\\(ha")
    .replaceAll("~", "\\(ti");

/** A line of its own: one that begins with a dot or a quote would be a request. */
export const line = (text: string): string => `${/^[.']/.test(text) ? "\\&" : ""}${escaped(text)}`;

/** Prose. Each sentence on a line of its own, as man pages are written, so that roff spaces them. */
export const paragraph = (text: string): string =>
  text
    .split(/(?<=[.:;?!]) (?=[A-Z`])/)
    .map(line)
    .join("\n");

export const bold = (text: string): string => `\\fB${escaped(text)}\\fR`;
export const italic = (text: string): string => `\\fI${escaped(text)}\\fR`;

export const section = (title: string, ...body: readonly string[]): string =>
  [`.SH ${title.toUpperCase()}`, ...body].join("\n");

/** A term, and below it what it means. */
export const term = (head: string, ...body: readonly string[]): string => [".TP", head, ...body].join("\n");

/** As it stands, for lines to copy. */
export const verbatim = (lines: readonly string[]): string => [".nf", ...lines.map(line), ".fi"].join("\n");

/** The head of a page; `date` is left empty, so that the same sources make the same bytes. */
export const title = (name: string, version: string): string =>
  `.TH ${name.toUpperCase().replaceAll("-", "\\-")} 1 "" "Stowage ${version}" "User Commands"`;

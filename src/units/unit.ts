/**
 * A systemd unit as a value. Knows systemd's syntax and nothing of containers.
 * Facts: systemd.syntax(7), systemd.service(5) "COMMAND LINES".
 */

/** One command of an Exec line: prefixes (`-`, `+`, …) and an argument list. No shell text anywhere. */
export interface Exec {
  readonly exec: readonly string[];
  /** A failing command is not an error (systemd's `-`). */
  readonly ignoreFailure?: boolean;
}

/** What a key holds. A list of strings becomes one line per element; booleans become yes/no. */
export type UnitValue = string | number | boolean | readonly string[] | Exec | readonly Exec[];

export type UnitSection = Readonly<Record<string, UnitValue>>;

/** A unit file: sections by name, in the order they are written. */
export interface Unit {
  /** `container@web.service` */
  readonly name: string;
  readonly sections: Readonly<Record<string, UnitSection>>;
}

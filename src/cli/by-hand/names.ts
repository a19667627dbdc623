/** Names of containers that are made by hand. Pure. */
import { StowageError } from "../../error.ts";
import { exitCodes } from "../exit-codes.ts";

/**
 * Before anything is made of it: a name becomes part of paths.
 * @throws StowageError `bad-container-name`, exit code 64
 */
export function requireName(name: string, kind: "system" | "oci"): void {
  const good = kind === "oci" ? /^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/ : /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
  if (good.test(name)) return;
  const details =
    kind === "oci"
      ? "a name is 1 to 200 letters, digits, `_`, `.` and `-`, and begins with a letter or digit"
      : "a name is 1 to 63 letters, digits and `-`, with no `-` at its ends; it is a host name, so `_` is not allowed";
  const message = `${JSON.stringify(name)} cannot be the name of a container`;
  throw new StowageError({ code: "bad-container-name", message, details: [details] }, { exitCode: exitCodes.badUsage });
}

/** `web-0`, `web-1`, …: the first that nobody has, as `nixos-container` counts. */
export function uniqueName(base: string, isTaken: (name: string) => boolean): string {
  for (let number = 0; ; number++) {
    const name = `${base}-${number}`;
    if (!isTaken(name)) return name;
  }
}

/** Checks of the units that a container declares. */
import { escapePath, unfitForLine } from "../units/index.ts";
import type { ServiceConfig } from "./inner-service.ts";
import { type Problems, showOption } from "./problems.ts";

interface Named {
  readonly name: string;
  readonly suffix: string;
}

/** @param known units that were checked before, by their whole name: what declares them */
export function checkUnit(
  unit: Named,
  option: readonly string[],
  known: Map<string, readonly string[]>,
  problems: Problems,
): boolean {
  const file = unit.name.startsWith("/") ? mountUnit(unit, option, problems) : namedUnit(unit, option, problems);
  return file !== null && checkFile(file, option, known, problems);
}

/** Of two units or aliases by one name only one could be there. @param file whole name */
export function checkFile(
  file: string,
  option: readonly string[],
  known: Map<string, readonly string[]>,
  problems: Problems,
): boolean {
  const other = known.get(file);
  known.set(file, option);
  if (other === undefined) return true;
  problems.add({ code: "two-units", message: `${file} is declared twice` }, other, option);
  return false;
}

/** Facts: systemd.unit(5). A name of at most 255 characters, of which the suffix and the longest of ours need some. */
function namedUnit({ name, suffix }: Named, option: readonly string[], problems: Problems): string | null {
  const isUnit = /^[A-Za-z0-9:_.\\@-]{1,240}$/.test(name);
  if (isUnit && !name.endsWith(suffix)) return name + suffix;
  const kind = suffix.slice(1);
  let bare = name;
  while (bare.endsWith(suffix)) bare = bare.slice(0, -suffix.length);
  problems.add(
    {
      code: kind === "service" ? "bad-service-name" : "bad-unit-name",
      message: `${JSON.stringify(name)} cannot be the name of a ${kind}`,
      ...(isUnit && bare !== ""
        ? { hint: `write it without ${suffix}: ${bare}` }
        : { details: ["a name is letters, digits and `:` `_` `.` `\\` `@` `-`"] }),
    },
    option,
  );
  return null;
}

/** Facts: systemd.mount(5): the unit's name is that of the place. */
function mountUnit({ name: where, suffix }: Named, option: readonly string[], problems: Problems): string | null {
  const isPlain = unfitForLine(where) === null && where !== "/" && !/\/\.{0,2}(\/|$)/.test(where);
  const file = isPlain ? `${escapePath(where)}${suffix}` : "";
  if (isPlain && file.length <= 255) return file;
  problems.add(
    {
      code: "bad-path",
      message: `${showOption([...option, "where"])} is no place for a mount: ${JSON.stringify(where)}`,
      details: [
        isPlain
          ? "its unit is named after it, and a unit's name has at most 255 characters"
          : "it is a plain absolute path, without `/` at its end, empty parts, `.` and `..`; the root itself is mounted already",
      ],
    },
    [...option, "where"],
  );
  return null;
}

export function checkCommands(
  name: string,
  services: Readonly<Record<string, ServiceConfig>>,
  option: readonly string[],
  problems: Problems,
): boolean {
  const service = services[name];
  if (service === undefined || service.script === "" || service.serviceConfig.ExecStart === undefined) return true;
  problems.add(
    {
      code: "two-commands",
      message: `service ${name} has both a script and an ExecStart`,
      hint: `remove one of them from ${showOption(option)}`,
    },
    [...option, "script"],
    [...option, "serviceConfig"],
  );
  return false;
}

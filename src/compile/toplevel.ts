/** A container's `config` as the recipe of its toplevel. */
import { StowageError } from "../error.ts";
import type { SystemConfig } from "../options/index.ts";
import { type EtcFile, emptyToplevel, type StoreName, type ToplevelRecipe } from "../systems/recipe.ts";
import { lineText, unfitForLine } from "../units/index.ts";
import { type InnerParts, innerService } from "./inner-units.ts";
import { type InnerNames, innerNames, type NamesOutside } from "./names.ts";
import { type Problems, showOption } from "./problems.ts";

/** null when it added problems. */
export function toplevelRecipe(
  container: string,
  system: SystemConfig,
  packages: StoreName,
  outside: NamesOutside,
  problems: Problems,
): ToplevelRecipe | null {
  const at = ["containers", container, "config"];
  checkEtcPaths(at, system, problems);
  const names = innerNames(container, system, outside);
  const etc = problems.within([...at, "environment"], () => etcFiles(container, system, names));
  const parts = Object.entries(system.systemd.services).map(([name, service]) => {
    const option = [...at, "systemd", "services", name];
    if (!checkServiceName(name, option, problems)) return null;
    if (service.script !== "" && service.serviceConfig.ExecStart !== undefined) {
      problems.add(
        {
          code: "two-commands",
          message: `service ${name} of container ${container} has both a script and an ExecStart`,
          hint: `remove one of them from ${showOption(option)}`,
        },
        [...option, "script"],
        [...option, "serviceConfig"],
      );
    }
    return problems.within(option, () => innerService(name, service));
  });
  if (etc === null || parts.includes(null)) return null;
  const join = <K extends keyof InnerParts>(key: K) =>
    sorted(Object.assign({}, names[key], ...parts.map((part) => part?.[key])) as Record<string, string>);
  return {
    ...emptyToplevel(container, packages),
    etc,
    etcLinks: names.etcLinks,
    units: join("units"),
    unitLinks: join("unitLinks"),
    bin: join("bin"),
  };
}

/** Facts: systemd.unit(5). A name of at most 255 characters, of which `.service` and the longest of ours need some. */
function checkServiceName(name: string, option: readonly string[], problems: Problems): boolean {
  const isUnit = /^[A-Za-z0-9:_.\\@-]{1,240}$/.test(name);
  if (isUnit && !name.endsWith(".service")) return true;
  const bare = name.replace(/(\.service)+$/, "");
  problems.add(
    {
      code: "bad-service-name",
      message: `${JSON.stringify(name)} cannot be the name of a service`,
      ...(isUnit && bare !== ""
        ? { hint: `write it without .service: ${bare}` }
        : { details: ["a name is letters, digits and `:` `_` `.` `\\` `@` `-`"] }),
    },
    option,
  );
  return false;
}

/** A path leads below /etc, and none is a directory above another. */
function checkEtcPaths(at: readonly string[], system: SystemConfig, problems: Problems): void {
  const paths = Object.entries(system.environment.etc).flatMap(([path, file]) => (file.enable ? [path] : []));
  const isBad = (path: string) =>
    path.split("/").some((part) => part === "" || part === "." || part === "..") || unfitForLine(path) !== null;
  const all = new Set(paths.filter((path) => !isBad(path)));
  for (const path of paths) {
    const option = [...at, "environment", "etc", path];
    if (isBad(path)) {
      problems.add(
        {
          code: "bad-path",
          message: `${JSON.stringify(path)} is no path of a file below /etc`,
          details: ["it is relative to /etc: without a `/` at its ends, empty parts, `.`, `..` and control characters"],
        },
        option,
      );
      continue;
    }
    const parts = path.split("/");
    const above = parts.map((_, end) => parts.slice(0, end).join("/")).find((parent) => all.has(parent));
    if (above === undefined) continue;
    problems.add({ code: "path-clash", message: `/etc/${above} is declared as a file, and ${path} below it` }, option, [
      ...at,
      "environment",
      "etc",
      above,
    ]);
  }
}

/** What every container has in /etc, then what is declared, which wins. */
function etcFiles(container: string, system: SystemConfig, names: InnerNames): Record<string, EtcFile> {
  const hostName = system.networking.hostName ?? container;
  const variables = environmentText(system.environment.variables);
  const declared = Object.entries(system.environment.etc).filter(([, file]) => file.enable);
  return sorted({
    hostname: link(`${hostName}\n`),
    ...names.etc,
    ...(variables !== "" && { environment: link(variables) }),
    ...Object.fromEntries(
      declared.map(([path, { text, mode, user, group }]) => [path, { text, mode, user, group }] as const),
    ),
  });
}

const link = (text: string): EtcFile => ({ text, mode: "symlink", user: "root", group: "root" });

/** Facts: pam_env(8). It ends a value at `#` and takes one pair of quotes away. */
function environmentText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${variableName(name)}="${variableValue(name, value)}"\n`)
    .join("");
}

function variableName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new StowageError({
    code: "bad-variable-name",
    message: `${JSON.stringify(name)} is no name of an environment variable`,
    hint: "letters, digits and `_`, not beginning with a digit",
  });
}

function variableValue(name: string, value: string): string {
  if (!value.includes("#")) return lineText(value, `environment.variables.${name}`);
  throw new StowageError({
    code: "unfit-text",
    message: `environment.variables.${name} holds "#": /etc/environment has no way to write that`,
    hint: "set it for the services that need it: systemd.services.<name>.environment",
  });
}

/** In the order of their names: the order in which modules define things is no part of a recipe. */
function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A container's `config` as the recipe of its toplevel. */
import type { SystemConfig } from "../options/index.ts";
import { emptyToplevel, type StoreName, type ToplevelRecipe } from "../systems/recipe.ts";
import { etcText, type InnerEtc, innerEtc } from "./inner-etc.ts";
import { type InnerParts, innerService } from "./inner-units.ts";
import { innerNames, type NamesOutside } from "./names.ts";
import { type Problems, showOption } from "./problems.ts";
import type { Sources } from "./sources.ts";

/** null when it added problems. */
export function toplevelRecipe(
  container: string,
  system: SystemConfig,
  packages: StoreName,
  outside: NamesOutside,
  sources: Sources,
  problems: Problems,
): ToplevelRecipe | null {
  const at = ["containers", container, "config"];
  const names = innerNames(container, system, outside);
  const etc = innerEtc(at, system, sources, problems);
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
    ...joinEtc(
      { hostname: etcText(`${system.networking.hostName ?? container}\n`), ...names.etc },
      names.etcLinks,
      etc,
    ),
    units: join("units"),
    unitLinks: join("unitLinks"),
    bin: join("bin"),
  };
}

/** What every container has, then what is declared, which wins. */
function joinEtc(
  files: ToplevelRecipe["etc"],
  links: ToplevelRecipe["etcLinks"],
  declared: InnerEtc,
): Pick<ToplevelRecipe, "etc" | "etcLinks"> {
  const all = Object.entries({ ...files, ...declared.files }).filter(([path]) => declared.links[path] === undefined);
  return { etc: sorted(Object.fromEntries(all)), etcLinks: sorted({ ...links, ...declared.links }) };
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

/** In the order of their names: the order in which modules define things is no part of a recipe. */
function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A container's `config` as the recipe of its toplevel. */
import type { ContainerConfig, SystemConfig } from "../options/index.ts";
import type { LockedAccounts } from "../systems/account-numbers.ts";
import { emptyToplevel, type StoreName, type ToplevelRecipe } from "../systems/recipe.ts";
import { innerAccounts } from "./accounts.ts";
import { authorizedKeys } from "./authorized-keys.ts";
import { etcText, type InnerEtc, innerEtc } from "./inner-etc.ts";
import { type InnerParts, innerUnits } from "./inner-units.ts";
import type { NamesOutside } from "./names.ts";
import { type Problems, showOption } from "./problems.ts";
import { secretRules } from "./secrets.ts";
import { innerSettings } from "./settings.ts";
import type { Sources } from "./sources.ts";
import { innerTmpfiles } from "./tmpfiles.ts";

/** null when it added problems. */
export function toplevelRecipe(
  container: string,
  system: SystemConfig,
  packages: StoreName,
  outside: NamesOutside & Pick<ContainerConfig, "secrets">,
  sources: Sources,
  locked: LockedAccounts,
  problems: Problems,
): ToplevelRecipe | null {
  const at = ["containers", container, "config"];
  const settings = innerSettings(container, at, system, outside, sources, problems);
  const etc = innerEtc(at, system, sources, problems);
  const accounts = innerAccounts(at, system, locked, problems);
  const keys = authorizedKeys(at, system, sources, problems);
  const tmpfiles = problems.within([...at, "systemd", "tmpfiles"], () =>
    innerTmpfiles(withRules(system, [...secretRules(outside), ...(settings?.rules ?? [])])),
  );
  const units = innerUnits(at, system.systemd, problems);
  if (settings === null || etc === null || tmpfiles === null || units === null || accounts === null || keys === null)
    return null;
  const parts: InnerParts[] = [settings, tmpfiles, ...units];
  const join = <K extends keyof InnerParts>(key: K) =>
    sorted(Object.assign({}, ...parts.map((part) => part[key])) as Record<string, string>);
  return {
    ...emptyToplevel(container, packages),
    ...joinEtc(
      { hostname: etcText(`${system.networking.hostName ?? container}\n`), ...settings.etc, ...tmpfiles.etc, ...keys },
      settings.etcLinks,
      etc,
    ),
    units: join("units"),
    unitLinks: join("unitLinks"),
    bin: join("bin"),
    needs: sorted({ ...settings.needs, ...packagedSources(etc) }),
    accounts,
  };
}

/** Those of ours first: of two for one path the first counts. */
function withRules({ systemd: { tmpfiles } }: SystemConfig, rules: readonly string[]): typeof tmpfiles {
  return rules.length === 0 ? tmpfiles : { ...tmpfiles, rules: [...rules, ...tmpfiles.rules] };
}

/** Files of the packages that links below /etc lead to. */
const packagedSources = ({ links }: InnerEtc): Record<string, string> =>
  Object.fromEntries(
    Object.entries(links).map(([path, target]) => [
      target.slice(1),
      showOption(["environment", "etc", path, "source"]),
    ]),
  );

/** What every container has, then what is declared, which wins. */
function joinEtc(
  files: ToplevelRecipe["etc"],
  links: ToplevelRecipe["etcLinks"],
  declared: InnerEtc,
): Pick<ToplevelRecipe, "etc" | "etcLinks"> {
  const all = Object.entries({ ...files, ...declared.files }).filter(([path]) => declared.links[path] === undefined);
  return { etc: sorted(Object.fromEntries(all)), etcLinks: sorted({ ...links, ...declared.links }) };
}

/** In the order of their names: the order in which modules define things is no part of a recipe. */
function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

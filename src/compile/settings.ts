/** What a container's system says of names, time, language and rights: files of its toplevel that are ours to write. */
import type { SystemConfig } from "../options/index.ts";
import type { EtcFile } from "../systems/recipe.ts";
import type { InnerParts } from "./inner-units.ts";
import { innerLocale } from "./locale.ts";
import { innerNames, type NamesOutside } from "./names.ts";
import { innerSudo } from "./sudo.ts";

export interface SettingsParts extends InnerParts {
  readonly etc: Readonly<Record<string, EtcFile>>;
  /** Links below /etc to what is not in the toplevel. */
  readonly etcLinks: Readonly<Record<string, string>>;
  /** Paths below the package tree that must be there, and the option that wants each. */
  readonly needs: Readonly<Record<string, string>>;
  /** Lines of tmpfiles.d(5). */
  readonly rules: readonly string[];
  /** Packages that it takes. */
  readonly packages: readonly string[];
}

/** What `environment.etc` declares takes the place of a file here. @throws StowageError for texts that fit nowhere */
export function innerSettings(
  name: string,
  system: SystemConfig,
  outside: NamesOutside,
): Omit<SettingsParts, "packages"> {
  const names = innerNames(name, system, outside);
  const locale = innerLocale(system);
  const sudo = innerSudo(system);
  const declared = (path: string) => system.environment.etc[path]?.enable === true;
  return {
    ...names,
    etc: { ...names.etc, ...locale.etc, ...sudo.etc },
    etcLinks: { ...names.etcLinks, ...(declared("localtime") ? {} : locale.etcLinks) },
    needs: { ...locale.needs, ...sudo.needs },
    rules: locale.rules,
  };
}

/** Debian packages that what is declared takes, beside those that are asked for. */
export function impliedPackages(system: SystemConfig): readonly string[] {
  if (isPlain(system)) return none;
  return [...innerLocale(system).packages, ...innerSudo(system).packages];
}

const none: readonly string[] = [];

/** Nearly every system. */
const isPlain = ({ time, i18n, security }: SystemConfig): boolean =>
  time.timeZone === null &&
  i18n.defaultLocale === "C.UTF-8" &&
  Object.keys(i18n.extraLocaleSettings).length === 0 &&
  !security.sudo.enable;

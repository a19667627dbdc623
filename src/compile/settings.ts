/** What a container's system says of names, time, language, rights and trust: parts of its toplevel that are ours to write. */
import type { SystemConfig } from "../options/index.ts";
import type { EtcFile } from "../systems/recipe.ts";
import { hasCertificates, innerCertificates } from "./certificates.ts";
import type { InnerParts } from "./inner-units.ts";
import { checkLocale, innerLocale } from "./locale.ts";
import { innerNames, type NamesOutside } from "./names.ts";
import type { Problems } from "./problems.ts";
import type { Sources } from "./sources.ts";
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

/**
 * What `environment.etc` declares takes the place of a file here.
 * @param at the option that `system` is
 * @returns null when it added problems
 */
export function innerSettings(
  name: string,
  at: readonly string[],
  system: SystemConfig,
  outside: NamesOutside,
  sources: Sources,
  problems: Problems,
): Omit<SettingsParts, "packages"> | null {
  checkLocale(at, system, problems);
  const names = innerNames(name, system, outside);
  const locale = innerLocale(system);
  const sudo = problems.within([...at, "security", "sudo"], () => innerSudo(system));
  if (sudo === null) return null;
  const trust = innerCertificates(at, system, sources, problems);
  const declared = (path: string) => system.environment.etc[path]?.enable === true;
  return {
    etc: { ...names.etc, ...locale.etc, ...sudo.etc, ...trust.etc },
    etcLinks: { ...names.etcLinks, ...(declared("localtime") ? {} : locale.etcLinks) },
    needs: { ...locale.needs, ...sudo.needs, ...trust.needs },
    rules: locale.rules,
    units: { ...names.units, ...trust.units },
    unitLinks: { ...names.unitLinks, ...trust.unitLinks },
    bin: { ...names.bin, ...trust.bin },
  };
}

/** Debian packages that what is declared takes, beside those that are asked for. */
export function impliedPackages(system: SystemConfig): readonly string[] {
  if (isPlain(system)) return none;
  const trust = hasCertificates(system) ? ["ca-certificates", "openssl"] : none;
  return [...innerLocale(system).packages, ...(system.security.sudo.enable ? ["sudo"] : none), ...trust];
}

const none: readonly string[] = [];

/** Nearly every system. */
const isPlain = (system: SystemConfig): boolean =>
  system.time.timeZone === null &&
  system.i18n.defaultLocale === "C.UTF-8" &&
  Object.keys(system.i18n.extraLocaleSettings).length === 0 &&
  !system.security.sudo.enable &&
  !hasCertificates(system);

/** Time and language of a container as files below its /etc. */
import type { SystemConfig } from "../options/index.ts";
import { localeCategories } from "../options/system/locale.ts";
import { etcText } from "./inner-etc.ts";
import { type Problems, showOption } from "./problems.ts";
import type { SettingsParts } from "./settings.ts";

/** Facts: localtime(5), locale.conf(5), locale(7). */
export function innerLocale({
  time,
  i18n,
}: SystemConfig): Pick<SettingsParts, "etc" | "etcLinks" | "needs" | "packages" | "rules"> {
  const zone = time.timeZone;
  const locales = localesOf(i18n);
  const text = languageText(i18n);
  return {
    etc: {
      ...(zone !== null && { timezone: etcText(`${zone}\n`) }),
      ...(text !== null && { "locale.conf": etcText(text) }),
    },
    // For logins (pam_env). Newer Debian makes this link itself at each boot, in the place of whatever is there.
    rules: text === null ? [] : ["L+ /etc/default/locale - - - - ../locale.conf"],
    etcLinks: zone === null ? {} : { localtime: `/usr/share/zoneinfo/${zone}` },
    needs: Object.fromEntries([
      ...(zone === null ? [] : [[`usr/share/zoneinfo/${zone}`, "time.timeZone"] as const]),
      ...locales.map((locale) => [`usr/lib/locale/${directoryOf(locale)}`, "i18n"] as const),
    ]),
    packages: [...(zone === null ? [] : ["tzdata"]), ...(locales.length > 0 ? ["locales-all"] : [])],
  };
}

type I18n = SystemConfig["i18n"];

/** Those that no C library has of itself, each once. */
const localesOf = ({ defaultLocale, extraLocaleSettings }: I18n): string[] =>
  [...new Set([defaultLocale, ...Object.values(extraLocaleSettings)])].filter((one) => !isBuiltIn(one)).sort();

const isBuiltIn = (locale: string): boolean => /^(C|POSIX)(\.UTF-8)?$/.test(locale);

/** Where the C library looks for it: the character set in lower case, and without the hyphen. */
const directoryOf = (locale: string): string => locale.replace(".UTF-8", ".utf8");

/** null: as the packages have it. */
function languageText({ defaultLocale, extraLocaleSettings }: I18n): string | null {
  const extra = Object.entries(extraLocaleSettings).sort(([a], [b]) => (a < b ? -1 : 1));
  if (defaultLocale === "C.UTF-8" && extra.length === 0) return null;
  return [["LANG", defaultLocale], ...extra].map(([name, value]) => `${name}=${value}\n`).join("");
}

/** A category that there is not would be set, and mean nothing. */
export function checkLocale(at: readonly string[], { i18n }: SystemConfig, problems: Problems): void {
  for (const name of Object.keys(i18n.extraLocaleSettings)) {
    if (localeCategories.includes(name)) continue;
    const option = [...at, "i18n", "extraLocaleSettings", name];
    problems.add(
      {
        code: "unknown-locale-category",
        message: `${showOption(option)}: there is no category ${JSON.stringify(name)}`,
        details: [`there is: ${localeCategories.join(", ")}`],
        ...(name === "LANG" && { hint: "LANG is i18n.defaultLocale" }),
      },
      option,
    );
  }
}

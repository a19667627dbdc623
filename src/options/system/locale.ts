/** Time and language of a container. */
import { mkOption, types } from "../../modules/index.ts";

const locale = types.strMatching(
  /^[a-z]{2,3}(_[A-Z]{2})?(\.UTF-8)(@[a-z]+)?$|^C\.UTF-8$|^(C|POSIX)$/,
  "a locale such as de_DE.UTF-8, or C.UTF-8",
);

/** locale(7). */
const categories =
  "LC_ADDRESS LC_COLLATE LC_CTYPE LC_IDENTIFICATION LC_MEASUREMENT LC_MESSAGES LC_MONETARY LC_NAME LC_NUMERIC LC_PAPER LC_TELEPHONE LC_TIME";

export const localeOptions = {
  time: {
    timeZone: mkOption({
      type: types.nullOr(
        types.strMatching(
          /^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/,
          "a time zone by its name in the tz database, such as Europe/Berlin",
        ),
      ),
      default: null,
      example: "Europe/Berlin",
      description:
        "Time zone of the container (/etc/localtime). null: UTC, whatever the host has. With one, the package tzdata is added. Programs that run go on with the former zone until they are restarted.",
    }),
  },
  i18n: {
    defaultLocale: mkOption({
      type: locale,
      default: "C.UTF-8",
      example: "de_DE.UTF-8",
      description:
        "Language of logins at once, and of services from the container's next start on (LANG). Other languages than C bring the package locales-all: all languages, some 230 MB, once for all containers with the same packages.",
    }),
    extraLocaleSettings: mkOption({
      type: types.attrsOf(locale),
      default: {},
      example: { LC_TIME: "de_DE.UTF-8" },
      description: `Single categories in another language than \`defaultLocale\`: ${categories}, or LC_ALL.`,
    }),
  },
};

export const localeCategories: readonly string[] = [...categories.split(" "), "LC_ALL"];

/** Types and encoders of the services' own configuration files. A value is one line: a line break would begin another setting. */
import { type OptionType, types } from "../../modules/index.ts";

/** What one setting may be: a word, a number, yes or no, or several lines of the same key. */
export const settingValue = types.oneOf(types.line, types.number, types.bool, types.listOf(types.line));

/**
 * @param key what the program takes for the name of a setting
 * @param ours names that are defined here: to a program for which upper and lower case are one, the same name written
 * otherwise would be a second value beside ours, and not in its place
 */
export const settingsOf = (key: RegExp, description: string, ours: readonly string[] = []) => {
  const spelled = new Map(ours.map((name) => [name.toLowerCase(), name]));
  const isFit = (name: string) => key.test(name) && (spelled.get(name.toLowerCase()) ?? name) === name;
  return types.addCheck(
    types.attrsOf(settingValue),
    (value) => Object.keys(value).every(isFit),
    `attribute set of settings: ${description}`,
  );
};

/** Attributes whose names stand in a configuration file themselves. */
export const named = <T extends AnyType>(element: T) =>
  types.addCheck(
    types.attrsOf(element),
    (value) => Object.keys(value).every((name) => types.line.check(name)),
    `attribute set of ${element.description}, with names of one line`,
  );

// biome-ignore lint/suspicious/noExplicitAny: a constraint that must not be inferred as unknown
type AnyType = OptionType<any, any>;

export type SettingValue = string | number | boolean | readonly string[];

/** Text of a configuration file: lines, without other control characters than tabs. */
export const configText = types.addCheck(
  types.lines,
  (text) => !/(?![\n\t])\p{Cc}|\p{Surrogate}/u.test(text),
  "text of a configuration file, without control characters (several definitions become further lines)",
);

/** `Key value`, a line for each element of a list: sshd_config(5) and redis.conf. Booleans are yes and no. */
export function keywordLines(settings: Readonly<Record<string, SettingValue>>): string {
  return Object.entries(settings)
    .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((one) => `${key} ${keywordValue(one)}\n`))
    .join("");
}

const keywordValue = (value: string | number | boolean): string =>
  typeof value === "boolean" ? (value ? "yes" : "no") : String(value);

/** Text that something else may follow: it ends with its line, or is empty. */
export const wholeLines = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

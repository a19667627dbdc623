/** Whether a value that was read back is a generation, as far as what works with it must rely on. */

type Fields = Readonly<Record<string, unknown>>;
type Is = (value: unknown, key: string) => boolean;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText: Is = (value) => typeof value === "string";
const isTexts: Is = (value) => Array.isArray(value) && value.every((one) => typeof one === "string");
const has = (value: unknown, fields: Readonly<Record<string, Is>>): boolean =>
  isObject(value) && Object.entries(fields).every(([key, is]) => is(value[key], key));
/** Of each value by its key. */
const isRecord =
  (is: Is): Is =>
  (value) =>
    isObject(value) && Object.entries(value).every(([key, one]) => is(one, key));
const isList =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every((one, index) => is(one, `${index}`));

const container: Readonly<Record<string, Is>> = {
  unit: isText,
  companions: isTexts,
  trustedBecause: isTexts,
  dependsOn: isTexts,
  mapped: isTexts,
  addresses: isTexts,
  ports: isList(isObject),
};

const parts: Readonly<Record<string, Is>> = {
  units: isRecord((unit, name) => has(unit, { name: (is) => is === name, sections: isRecord(isRecord(() => true)) })),
  unitLinks: isRecord(isText),
  files: isRecord((file) => has(file, { text: isText, mode: isText })),
  containers: isRecord((part, name) => has(part, { name: (is) => is === name, ...container })),
  systems: isRecord((recipe) => has(recipe, { kind: isText })),
  hosts: isList((entry) => has(entry, { address: isText, names: isTexts })),
  ports: isList(isObject),
  asIn: (value) => value === undefined || isRecord((number) => Number.isSafeInteger(number))(value, "asIn"),
};

/** The parts of a generation that a value lacks, or has in another shape. */
export const wrongParts = (value: object): string[] =>
  Object.entries(parts).flatMap(([part, is]) => (is((value as Fields)[part], part) ? [] : [part]));

/** Whether a value that was read back is a generation, as far as what works with it must rely on. */

type Fields = Readonly<Record<string, unknown>>;
type Is = (value: unknown, key: string) => boolean;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText: Is = (value) => typeof value === "string";
const isTexts: Is = (value) => Array.isArray(value) && value.every((one) => typeof one === "string");
/** All of these, whatever else. */
function has(fields: Readonly<Record<string, Is>>): (value: unknown) => value is Fields {
  const all = Object.entries(fields);
  return (value): value is Fields => isObject(value) && all.every(([key, is]) => is(value[key], key));
}
/** Of each value by its key. */
const isRecord =
  (is: Is): Is =>
  (value) =>
    isObject(value) && Object.keys(value).every((key) => is(value[key], key));
const isList =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every((one, index) => is(one, `${index}`));

const isSections = isRecord(isObject);
const isFile = has({ text: isText, mode: isText });
const isRecipe = has({ kind: isText });
const isEntry = has({ address: isText, names: isTexts });
const isContainer = has({
  unit: isText,
  companions: isTexts,
  trustedBecause: isTexts,
  dependsOn: isTexts,
  mapped: isTexts,
  addresses: isTexts,
  ports: isList(isObject),
});

const parts: Readonly<Record<string, Is>> = {
  units: isRecord((unit, name) => isObject(unit) && unit.name === name && isSections(unit.sections, name)),
  unitLinks: isRecord(isText),
  files: isRecord(isFile),
  containers: isRecord((part, name) => isContainer(part) && part.name === name),
  systems: isRecord(isRecipe),
  hosts: isList(isEntry),
  ports: isList(isObject),
  byHand: (value) => value === undefined || has({ verb: isText, name: isText })(value),
  declaredIn: (value) => value === undefined || Number.isSafeInteger(value),
  asIn: (value) => value === undefined || isRecord((number) => Number.isSafeInteger(number))(value, "asIn"),
};

/** The parts of a generation that a value lacks, or has in another shape. */
export const wrongParts = (value: object): string[] =>
  Object.entries(parts).flatMap(([part, is]) => (is((value as Fields)[part], part) ? [] : [part]));

/**
 * What a store path is called: `<hash>-<label>`, from the recipe alone, so that the name can stand in a unit before
 * the path exists. Pure. See docs/design/on-disk-format.md, "Terms".
 */
import { createHash } from "node:crypto";
import { StowageError } from "../error.ts";

/** Letters that cannot be mistaken for each other or spell a word: without e, o, u, t. */
const base32 = "0123456789abcdfghijklmnpqrsvwxyz";
const hashBytes = 20;
const hashLength = (hashBytes * 8) / 5;
const longestLabel = 80;

/**
 * JSON with sorted keys and without spaces: equal values have equal text. `undefined` members are left out.
 * Throws a TypeError for what JSON has no form for (functions, NaN, …): a recipe that loses a part would get a wrong name.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    let members = "";
    // A loop, without an array for each step: `plan` for 200 containers names 200 recipes.
    for (const key of Object.keys(value).sort()) {
      const member = (value as Readonly<Record<string, unknown>>)[key];
      if (member === undefined) continue;
      members += `${members === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`no JSON form for ${typeof value} ${String(value)}`);
}

/** The first 160 bits of the SHA-256 of the canonical JSON, 32 characters. */
export function recipeHash(recipe: unknown): string {
  const digest = createHash("sha256").update(canonicalJson(recipe)).digest().subarray(0, hashBytes);
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of digest) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return text;
}

/** Makes a text fit for a label: what is not a letter, digit, `.`, `+`, `-` or `_` becomes `-`; at most 80 characters. */
export function label(text: string): string {
  return text
    .replace(/[^A-Za-z0-9.+_-]/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, longestLabel);
}

/** The store name of a recipe. The label is for people: it is not part of the hash. */
export function storeName(recipe: unknown, text: string): string {
  const fit = label(text);
  return fit === "" ? recipeHash(recipe) : `${recipeHash(recipe)}-${fit}`;
}

const shape = new RegExp(`^[${base32}]{${hashLength}}(-[A-Za-z0-9+_][A-Za-z0-9.+_-]{0,${longestLabel - 1}})?$`);

/** Whether a name in the store directory is a store path, and not a build in progress or a stray file. */
export function isStoreName(name: string): boolean {
  return shape.test(name);
}

const inText = new RegExp(`[${base32}]{${hashLength}}-[A-Za-z0-9+_][A-Za-z0-9.+_-]{0,${longestLabel - 1}}`, "g");

/** Every store name in a text, as between the slashes of paths. */
export const storeNamesIn = (text: string): string[] => [...text.matchAll(inText)].map(([name]) => name);

/** Refuses a text from outside that would lead out of the store: every path is made from a checked name. */
export function checkStoreName(name: string): string {
  if (isStoreName(name)) return name;
  throw new StowageError({
    code: "bad-store-name",
    message: `${JSON.stringify(name)} is not the name of a store path`,
  });
}

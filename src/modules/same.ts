/** Structural equality of plain data. Functions and class instances are the same only if they are one. */
export function same(a: unknown, b: unknown): boolean {
  return equal(a, b, false);
}

/** As {@link same}, but functions with the same text are alike: a module that runs again makes new ones. */
export function alike(a: unknown, b: unknown): boolean {
  return equal(a, b, true);
}

function equal(a: unknown, b: unknown, byText: boolean): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === "function" && typeof b === "function") return byText && String(a) === String(b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((element, index) => equal(element, b[index], byText));
  }
  if (!isPlainObject(a) || !isPlainObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key], byText))
  );
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Makes a value of plain data unchangeable, all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) freezeAll(value);
  return value;
}

/** Without a list of each object's values: a generation of 1000 containers has some 100,000 objects. */
function freezeAll(object: object): void {
  Object.freeze(object);
  if (Array.isArray(object)) {
    for (const element of object) if (typeof element === "object") deepFreeze(element);
    return;
  }
  for (const key in object) {
    const member = (object as Record<string, unknown>)[key];
    if (typeof member === "object") deepFreeze(member);
  }
}

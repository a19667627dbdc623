/** Checks the shape of JSON that was read back, and gathers every problem instead of stopping at the first. Pure. */

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads members of an unknown value. Where one does not fit, the problem is noted and a harmless value stands in:
 * the caller must look at {@link Reader.problems} before it uses anything.
 */
export class Reader {
  readonly problems: string[] = [];

  problem(text: string): void {
    this.problems.push(text);
  }

  json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      this.problem(`not JSON: ${(error as Error).message}`);
      return undefined;
    }
  }

  object<T>(value: unknown, at: string, read: (members: Readonly<Record<string, unknown>>) => T): T | undefined {
    if (isObject(value)) return read(value);
    this.problem(`${at} is not an object`);
    return undefined;
  }

  record<T>(
    value: unknown,
    at: string,
    read: (value: unknown, at: string) => T | undefined,
    names = /^[a-z0-9][a-z0-9.-]*$/,
  ): Record<string, T> {
    const entries = this.object(value, at, Object.entries) ?? [];
    const result: Record<string, T> = {};
    for (const [key, member] of entries) {
      if (!names.test(key)) this.problem(`${at} has a strange name ${JSON.stringify(key)}`);
      const item = read(member, `${at}.${key}`);
      if (item !== undefined) result[key] = item;
    }
    return result;
  }

  list<T>(value: unknown, at: string, read: (value: unknown, at: string) => T | undefined): T[] {
    if (Array.isArray(value)) return value.map((v, i) => read(v, `${at}[${i}]`)).filter((item) => item !== undefined);
    this.problem(`${at} is not a list`);
    return [];
  }

  text(value: unknown, at: string, form: RegExp): string {
    if (typeof value === "string" && form.test(value)) return value;
    this.problem(`${at} is ${JSON.stringify(value)}`);
    return "";
  }

  /** A whole number, zero or more. */
  count(value: unknown, at: string): number {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    this.problem(`${at} is not a whole number`);
    return 0;
  }

  /** Package names. */
  names(value: unknown, at: string): string[] {
    return this.list(value, at, (name, where) => this.text(name, where, /^[a-z0-9][a-z0-9+.-]*$/));
  }
}

/** Lines of passwd(5) or group(5), by name and by number. Pure. */
export class Lines {
  readonly #lines = new Map<string, string>();
  readonly #owners = new Map<number, string>();

  constructor(text: string) {
    for (const line of text.split("\n")) {
      const [name, , number] = line.split(":");
      if (!name || number === undefined || !/^\d+$/.test(number)) continue;
      this.#lines.set(name, line);
      if (!this.#owners.has(Number(number))) this.#owners.set(Number(number), name);
    }
  }

  line(name: string): string | null {
    return this.#lines.get(name) ?? null;
  }

  number(name: string): number | null {
    const line = this.line(name);
    return line === null ? null : Number(line.split(":")[2]);
  }

  owner(number: number): string | null {
    return this.#owners.get(number) ?? null;
  }
}

/** A toplevel's units, as the plan looks at them: from its recipe alone. */
import type { ToplevelRecipe } from "../systems/recipe.ts";
import { compare, parse, type Unit } from "../units/index.ts";

/** A toplevel as the units in it, by name. */
export class Inside {
  readonly #recipe: ToplevelRecipe;
  readonly #wants = new Map<string, string[]>();
  readonly #masked = new Set<string>();

  constructor(recipe: ToplevelRecipe) {
    this.#recipe = recipe;
    for (const [link, target] of Object.entries(recipe.unitLinks)) {
      const [, by, unit] = /^(.+)\.(?:wants|requires)\/([^/]+)$/.exec(link) ?? [];
      if (by !== undefined && unit !== undefined) this.#want(unit, by);
      else if (target === "/dev/null") this.#masked.add(link);
    }
    for (const path of Object.keys(recipe.units)) {
      const [, by, unit] = /^(.+)\.d\/upholds-(.+)\.conf$/.exec(path) ?? [];
      if (by !== undefined && unit !== undefined) this.#want(unit, by);
    }
  }

  #want(unit: string, by: string): void {
    this.#wants.set(unit, [...(this.#wants.get(unit) ?? []), by].sort());
  }

  names(): string[] {
    const defined = Object.keys(this.#recipe.units).flatMap((path) => {
      if (!path.includes("/")) return path;
      return isUpholder(path) ? [] : (/^(.+)\.d\//.exec(path)?.[1] ?? []);
    });
    return [...new Set([...defined, ...this.#wants.keys(), ...this.#masked])];
  }

  isMasked(unit: string): boolean {
    return this.#masked.has(unit);
  }

  /** It is ours whole, or something of ours starts it. */
  isMeant(unit: string): boolean {
    return !this.isMasked(unit) && (this.#recipe.units[unit] !== undefined || this.#wants.has(unit));
  }

  /** It has a definition of ours: whole, or keys that are added to a unit that a package brings. */
  isDefined(unit: string): boolean {
    return this.#texts(unit).length > 0;
  }

  wantedBy(unit: string): readonly string[] {
    return this.isMasked(unit) ? [] : (this.#wants.get(unit) ?? []);
  }

  /** What differs, as `Section.Key`. */
  changes(unit: string, other: Inside): string[] {
    const comparison = compare(this.#whole(unit), other.#whole(unit));
    return comparison === "equal" ? [] : [...comparison.changed];
  }

  /** A key of [Unit]; of several lines the last one counts. */
  setting(unit: string, key: string): string | null {
    return this.#value(unit, "Unit", key);
  }

  /** Whether a switch of [Unit] is on: systemd.syntax(7), "boolean". */
  isSet(unit: string, key: string): boolean {
    return /^(yes|true|on|1|y|t)$/i.test(this.setting(unit, key) ?? "");
  }

  /** Sockets of ours, each with the service that it starts and hands its connections to, all in one. */
  sockets(): [socket: string, service: string][] {
    const own = this.names().filter((unit) => unit.endsWith(".socket") && !this.isMasked(unit));
    return own.flatMap((socket) => {
      // A service for each connection: none of them has the socket itself.
      if (socket.includes("@") || /^(yes|true|on|1)$/i.test(this.#value(socket, "Socket", "Accept") ?? "")) return [];
      return [[socket, this.#value(socket, "Socket", "Service") ?? socket.replace(/socket$/, "service")]];
    });
  }

  #value(unit: string, section: string, key: string): string | null {
    const value = this.#whole(unit).sections[section]?.[key];
    return typeof value === "string" ? value : Array.isArray(value) ? String(value.at(-1)) : null;
  }

  /** Its file and drop-ins, its template's before them, as systemd reads them. */
  #texts(unit: string): string[] {
    const template = unit.replace(/@.+(?=\.[a-z]+$)/, "@");
    const names = template === unit ? [unit] : [template, unit];
    return names.flatMap((name) => {
      const own = this.#recipe.units[name];
      const added = Object.entries(this.#recipe.units).filter(
        ([path]) => path.startsWith(`${name}.d/`) && !isUpholder(path),
      );
      return [...(own === undefined ? [] : [own]), ...added.map(([, text]) => text)];
    });
  }

  #whole(unit: string): Unit {
    return parse(unit, this.#texts(unit).join("\n"));
  }
}

/** A drop-in by which one unit keeps another running: about the other, not the one that it stands in. */
const isUpholder = (path: string): boolean => /\.d\/upholds-[^/]+\.conf$/.test(path);

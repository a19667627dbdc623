/** `config` and `options` as a module sees them: everything that is read is computed then, and noted. */
import type { Cell } from "./cell.ts";
import { isGroup, type OptionGroup } from "./declared.ts";
import { Failure } from "./failure.ts";
import { configAt } from "./gate.ts";
import { lib } from "./lib.ts";
import { OptionCell } from "./option-cell.ts";
import type { OptionType } from "./option-type.ts";
import { optionsView } from "./option-view.ts";
import { askForScope } from "./own-values.ts";
import { Knot } from "./pass.ts";
import { isProbing, unknownValue } from "./probe.ts";
import type { ReadKind, Run } from "./run.ts";
import type { Scope } from "./scope.ts";
import { nearestNames } from "./suggest.ts";

/** Changes what a reader is answered, to see what depends on it (cycles.ts). */
export type Bend = (path: readonly string[], kind: ReadKind, answer: unknown) => unknown;

/** On whose account something is read. */
export class Reader {
  constructor(
    readonly run: Run | undefined,
    /** It looks into the former pass, as it has a part in what it reads. */
    readonly knot = false,
    readonly bend?: Bend,
  ) {}

  inFormerPass(): Reader {
    return this.knot ? this : new Reader(this.run, true, this.bend);
  }

  /** Notes a read and gives the answer. */
  note(path: readonly string[], kind: ReadKind, seen: unknown): unknown {
    if (this.bend) return this.bend(path, kind, seen);
    this.run?.reads.push({ path, kind, seen, knot: this.knot });
    if (this.knot && this.run) this.run.scope.pass.knotted.add(this.run);
    return seen;
  }
}

/** Whether submodules can be in a value of the type: then it is read piece by piece, as each piece is computed by itself. */
const nesting = new WeakMap<OptionType, boolean>();
function nests(type: OptionType): boolean {
  const known = nesting.get(type);
  if (known !== undefined) return known;
  nesting.set(type, false);
  const { merging } = type;
  const answer =
    merging.by === "modules" ||
    (merging.by === "attributes" && nests(merging.element)) ||
    (merging.by === "choice" && merging.types.some(nests));
  nesting.set(type, answer);
  return answer;
}

/** What a reader gets for a cell. */
export function readCell(cell: Cell, reader: Reader): unknown {
  return reader.knot ? cell.scope.pass.fromTop(() => readNow(cell, reader)) : readNow(cell, reader);
}

function readNow(cell: Cell, reader: Reader): unknown {
  try {
    if (!nests(cell.type) || hasApply(cell)) return readValue(cell, reader);
    // Without asking for its definitions: which attributes there are may still be open.
    if (cell.type.merging.by === "attributes") return attributesView(cell, reader);
    const shape = cell.shape();
    if (shape.is === "scope") {
      const answer = reader.note(cell.path, "shape", shape.is);
      return answer === shape.is ? configView(shape.scope, reader) : unknownValue;
    }
    return shape.is === "attributes" ? attributesView(cell, reader) : readValue(cell, reader);
  } catch (signal) {
    if (!(signal instanceof Knot)) throw signal;
    return formerAnswer(cell, reader, (former, r) => readCell(former, r), "value");
  }
}

const hasApply = (cell: Cell) => cell instanceof OptionCell && cell.declared.option.apply !== undefined;

function readValue(cell: Cell, reader: Reader): unknown {
  const value = cell.value();
  if (!(value instanceof Failure)) return reader.note(cell.path, "value", value);
  noteFailure(value, reader);
  return reader.note(cell.path, "value", unknownValue);
}

function noteFailure(failure: Failure, reader: Reader): void {
  const { run } = reader;
  if (!run || reader.bend || reader.knot) return;
  run.unreliable = true;
  // An option without a value is no problem until somebody reads it.
  if (failure.code === "undefined-option") failure.cell.scope.pass.failures.push(failure);
}

/** The answer of the pass before, to a module that has itself a part in what it asks. */
export function formerAnswer(
  cell: Cell,
  reader: Reader,
  ask: (former: Cell, reader: Reader) => unknown,
  kind: ReadKind,
): unknown {
  const knotted = reader.inFormerPass();
  const { previous } = cell.scope.pass;
  const former = previous?.cellAt(cell.path);
  if (previous && former) return previous.fromTop(() => ask(former, knotted));
  return knotted.note(cell.path, kind, kind === "keys" ? [] : unknownValue);
}

/** An attrsOf with submodules in it. */
function attributesView(cell: Cell, reader: Reader): object {
  // `Object.keys` asks for each name again whether it is there.
  let listed: ReadonlySet<string | symbol> = new Set();
  const isThere = (name: string | symbol) =>
    listed.has(name) || (typeof name === "string" && readAttribute(cell, name, reader) !== undefined);
  const traps: ProxyHandler<object> = {
    ...readOnlyTraps,
    get: (_target, name) => (typeof name === "symbol" ? undefined : readAttribute(cell, name, reader)),
    has: (_target, name) => isThere(name),
    ownKeys: () => {
      const names = [...readKeys(cell, reader)];
      listed = new Set(names);
      return names;
    },
    getOwnPropertyDescriptor: (_target, name) =>
      isThere(name) ? { enumerable: true, configurable: true, value: undefined } : undefined,
  };
  return new Proxy({}, traps);
}

function readAttribute(cell: Cell, name: string, reader: Reader): unknown {
  const path = [...cell.path, name];
  try {
    const child = cell.child(name);
    if (child) {
      const answer = reader.note(path, "exists", true);
      return answer === true ? readCell(child, reader) : answer === false ? undefined : answer;
    }
    const answer = reader.note(path, "exists", false);
    return answer === false ? undefined : unknownValue;
  } catch (signal) {
    if (!(signal instanceof Knot)) throw signal;
    const { previous } = cell.scope.pass;
    const former = previous?.cellAt(cell.path);
    if (previous && former) return previous.fromTop(() => readAttribute(former, name, reader.inFormerPass()));
    return reader.inFormerPass().note(path, "exists", unknownValue);
  }
}

function readKeys(cell: Cell, reader: Reader): readonly string[] {
  try {
    const keys = reader.knot ? cell.scope.pass.fromTop(() => cell.keys()) : cell.keys();
    return reader.note(cell.path, "keys", keys) as readonly string[];
  } catch (signal) {
    if (!(signal instanceof Knot)) throw signal;
    return formerAnswer(cell, reader, readKeys, "keys") as readonly string[];
  }
}

const readOnlyTraps: ProxyHandler<object> = {
  set: (_target, name) => {
    throw new TypeError(`config is read-only: ${String(name)} cannot be set; return a definition instead`);
  },
  deleteProperty: () => {
    throw new TypeError("config is read-only");
  },
};

/** `config` of a scope. */
export function configView(scope: Scope, reader: Reader, group: OptionGroup = scope.collected.tree): object {
  return new Proxy(
    {},
    {
      ...readOnlyTraps,
      get: (_target, name) => (typeof name === "symbol" ? undefined : readMember(scope, group, name, reader)),
      has: (_target, name) => typeof name === "string" && hasMember(scope, group, name, reader),
      ownKeys: () => memberNames(scope, group, reader),
      getOwnPropertyDescriptor: (_target, name) =>
        typeof name === "symbol" || !memberNames(scope, group, reader).includes(name)
          ? undefined
          : { enumerable: true, configurable: true, value: undefined },
    },
  );
}

function readMember(scope: Scope, group: OptionGroup, name: string, reader: Reader): unknown {
  const member = group.members.get(name);
  if (member === undefined) return readUndeclared(scope, group, name, reader);
  return isGroup(member) ? configView(scope, reader, member) : readCell(scope.optionCell(member), reader);
}

function readUndeclared(scope: Scope, group: OptionGroup, name: string, reader: Reader): unknown {
  const cell = scope.freeformCell;
  if (cell) {
    // One name of several: a module may read one that no option declares, and define another.
    if (group.path.length === 0 && cell.type.merging.by === "attributes") return readAttribute(cell, name, reader);
    const all = readCell(cell, reader);
    return group.path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], all) ===
      undefined
      ? undefined
      : ([...group.path, name].reduce<unknown>(
          (value, key) => (value as Record<string, unknown>)?.[key],
          all,
        ) as unknown);
  }
  // Asked by the language itself or by tools that print values.
  if (name === "then" || name === "toJSON" || name === "constructor") return undefined;
  const path = [...scope.path, ...group.path, name].join(".");
  const near = nearestNames(name, group.members.keys());
  const hint = near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "";
  throw new TypeError(`config has no option ${path}${hint}`);
}

function hasMember(scope: Scope, group: OptionGroup, name: string, reader: Reader): boolean {
  if (group.members.has(name)) return name !== "_module";
  return scope.freeformCell !== undefined && readUndeclared(scope, group, name, reader) !== undefined;
}

function memberNames(scope: Scope, group: OptionGroup, reader: Reader): string[] {
  const names = [...group.members.keys()].filter((name) => name !== "_module");
  if (!scope.freeformCell) return names;
  const all = readCell(scope.freeformCell, reader);
  const here = group.path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], all);
  return typeof here === "object" && here !== null ? [...new Set([...names, ...Object.keys(here)])] : names;
}

function readAt(scope: Scope, path: readonly string[], reader: Reader): unknown {
  const found = scope.find(path);
  if (found && found.rest.length === 0) return readCell(scope.optionCell(found.option), reader);
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], configView(scope, reader));
}

/** What a module function is given. */
export function argumentsFor(scope: Scope, reader: Reader): object {
  return new Proxy(scope.known, {
    get(known, name: string | typeof configAt) {
      if (name === configAt) return (path: readonly string[]) => readAt(scope, path, reader);
      if (name === "config") return configView(scope, reader);
      if (name === "options") return optionsView(scope, reader);
      if (name === "lib") return lib;
      if (Object.hasOwn(known, name)) return known[name];
      if (name === "parent") return scope.parent && configView(scope.parent, reader);
      if (name === "host" && scope.parent) return configView(scope.pass.root, reader);
      return typeof name === "symbol" ? undefined : readArgument(scope, name, reader);
    },
  });
}

function readArgument(scope: Scope, name: string, reader: Reader): unknown {
  const declared = scope.find(["_module", "args"])!.option;
  const cell = scope.optionCell(declared);
  const read = (of: Cell, r: Reader): unknown => {
    const child = of.child(name);
    if (child) return readValue(child, r);
    reader.run?.missingArguments.push(name);
    return r.note([...of.path, name], "exists", false) === false ? undefined : unknownValue;
  };
  try {
    return read(cell, reader);
  } catch (signal) {
    if (!(signal instanceof Knot)) throw signal;
    return formerAnswer(cell, reader, read, "value");
  }
}

/** A `config` for what outlives the run of a module, such as a type that was made in it: unknown until attached. */
export function liveConfig(): { readonly handle: unknown; attach(scope: Scope): void } {
  let attached: Scope | undefined;
  const view = () => {
    if (!attached || isProbing()) return unknownValue;
    askForScope();
    return configView(attached, attached.pass.reader ?? new Reader(undefined));
  };
  const handle = new Proxy(() => {}, {
    get: (_target, name) => Reflect.get(view(), name),
    has: (_target, name) => Reflect.has(view(), name),
    ownKeys: () => Reflect.ownKeys(view()),
    getOwnPropertyDescriptor: (_target, name) => Reflect.getOwnPropertyDescriptor(view(), name),
    apply: () => unknownValue,
  });
  return {
    handle,
    attach: (scope) => {
      attached = scope;
    },
  };
}

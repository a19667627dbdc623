/** Flags that several verbs share, declared once. */
import type { FlagParametersForType } from "@stricli/core";
import type { HostFlags, SharedFlags } from "./session.ts";

const text = (value: string): string => value;

export const sharedFlags: FlagParametersForType<SharedFlags> = {
  quiet: { kind: "boolean", optional: true, brief: "Only the answer and errors", withNegated: false },
  verbose: { kind: "boolean", optional: true, brief: "Also what went well, and how long it took", withNegated: false },
  color: { kind: "boolean", default: true, brief: "No colours (NO_COLOR is respected too)" },
  stateDir: {
    kind: "parsed",
    parse: text,
    optional: true,
    hidden: true,
    placeholder: "dir",
    brief: "Instead of /var/lib/stowage",
  },
};

export const hostFlags: FlagParametersForType<HostFlags> = {
  config: {
    kind: "parsed",
    parse: text,
    optional: true,
    placeholder: "host.ts",
    brief: "The configuration; default ./host.ts, else /etc/stowage/host.ts",
  },
  ...sharedFlags,
};

export type JsonFlag = {
  readonly json?: boolean;
};

export const jsonFlag: FlagParametersForType<JsonFlag> = {
  json: { kind: "boolean", optional: true, brief: "As JSON, for programs", withNegated: false },
};

/** Of verbs that change the machine. */
export type ChangeFlags = JsonFlag & {
  readonly events?: boolean;
  readonly wait?: boolean;
};

export const changeFlags: FlagParametersForType<ChangeFlags> = {
  ...jsonFlag,
  events: {
    kind: "boolean",
    optional: true,
    brief: "JSON lines as things happen; the last one has what --json prints",
    withNegated: false,
  },
  wait: {
    kind: "boolean",
    optional: true,
    brief: "Wait while another changes the machine, instead of leaving with 75",
    withNegated: false,
  },
};

export type BackFlag = {
  readonly rollbackOnFailure?: boolean;
};

export const backFlag: FlagParametersForType<BackFlag> = {
  rollbackOnFailure: {
    kind: "boolean",
    optional: true,
    brief: "Go back to what was active when a container that ran before does not become ready",
    withNegated: false,
  },
};

export type ToFlag = {
  readonly to?: number;
};

export const toFlag: FlagParametersForType<ToFlag> = {
  to: {
    kind: "parsed",
    parse: count,
    optional: true,
    placeholder: "generation",
    brief: "Number of the generation to go back to; with a container: that one alone goes there",
  },
};

export const sharedAliases = { q: "quiet", v: "verbose" } as const;
export const hostAliases = { c: "config", ...sharedAliases } as const;

export const textParameter = (brief: string, placeholder: string) => ({ brief, placeholder, parse: text });

/** A whole number, at least 0. */
export function count(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new Error("expected a whole number");
  return Number(value);
}

const units = { min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A span of time, in milliseconds: `90min`, `12h`, `30d`, `8w`. */
export function span(value: string): number {
  const [, number, unit] = /^(\d{1,6})(min|h|d|w)$/.exec(value) ?? [];
  if (number === undefined) throw new Error("expected a span such as 12h, 30d, 8w");
  return Number(number) * units[unit as keyof typeof units];
}

/** One of these words. */
export const oneOf =
  <Word extends string>(words: readonly Word[]) =>
  (value: string): Word => {
    const word = words.find((one) => one === value);
    if (word === undefined) throw new Error(`expected one of ${words.join(", ")}`);
    return word;
  };

/** Flags that several verbs share, declared once. */
import type { FlagParametersForType } from "@stricli/core";
import type { HostFlags, SharedFlags } from "./session.ts";

const text = (value: string): string => value;

export const sharedFlags: FlagParametersForType<SharedFlags> = {
  quiet: { kind: "boolean", optional: true, brief: "Only the answer and errors", withNegated: false },
  verbose: { kind: "boolean", optional: true, brief: "Also what went well, and how long it took", withNegated: false },
  color: { kind: "boolean", default: true, brief: "Colours on a terminal (NO_COLOR is respected too)" },
  state: {
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

export const sharedAliases = { q: "quiet", v: "verbose" } as const;
export const hostAliases = { c: "config", ...sharedAliases } as const;

export const textParameter = (brief: string, placeholder: string) => ({ brief, placeholder, parse: text });

/** A whole number, at least 0. */
export function count(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new Error("expected a whole number");
  return Number(value);
}

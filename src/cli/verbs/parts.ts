/** What the descriptions of several verbs share. */
import type { TypedCommandParameters } from "@stricli/core";
import type { ImageFormat } from "../../systems/image/format.ts";
import {
  type ChangeFlags,
  changeFlags,
  hostAliases,
  hostFlags,
  jsonFlag,
  sharedAliases,
  sharedFlags,
  textParameter,
} from "../flags.ts";
import type { HostFlags, SharedFlags } from "../session.ts";
import type { Context } from "./verb.ts";

export type WithJson<Flags> = Flags & { readonly json?: boolean };
export type LogsFlags = WithJson<SharedFlags> & {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly since?: string;
  readonly until?: string;
  readonly unit?: string;
};
export type GcFlags = SharedFlags &
  ChangeFlags & {
    readonly keep?: number;
    /** Milliseconds. */
    readonly olderThan?: number;
    readonly dryRun?: boolean;
  };
export type DiffFlags = WithJson<HostFlags> & { readonly text?: boolean };
export type UninstallFlags = SharedFlags & ChangeFlags & { readonly state?: boolean };
export type OptionsFlags = HostFlags & { readonly markdown?: boolean; readonly schema?: boolean };
export type ImageFlags = WithJson<HostFlags> & {
  readonly format: ImageFormat;
  readonly output?: string;
  readonly force?: boolean;
};
export type RunFlags = SharedFlags & {
  readonly user?: string;
  readonly cwd?: string;
  readonly env?: readonly string[];
};

export const one = (brief: string, placeholder: string) =>
  ({ kind: "tuple", parameters: [textParameter(brief, placeholder)] }) as const;
export const oneOptional = (brief: string, placeholder: string) =>
  ({ kind: "tuple", parameters: [{ ...textParameter(brief, placeholder), optional: true }] }) as const;
const names = { kind: "array", minimum: 1, parameter: textParameter("A container", "name") } as const;

export const hostJson = { flags: { ...hostFlags, ...jsonFlag }, aliases: hostAliases };
export const manyNames = { flags: sharedFlags, aliases: sharedAliases, positional: names };
export const nameJson = { flags: { ...sharedFlags, ...jsonFlag }, aliases: sharedAliases };
/** Of verbs that change the machine. */
export const hostChange = { flags: { ...hostFlags, ...changeFlags }, aliases: hostAliases };
export const nameChange = { flags: { ...sharedFlags, ...changeFlags }, aliases: sharedAliases };

/** Of diff. */
export const twoGenerations: TypedCommandParameters<DiffFlags, [a?: string, b?: string], Context> = {
  flags: {
    ...hostJson.flags,
    config: {
      kind: "parsed",
      parse: String,
      optional: true,
      placeholder: "host.ts",
      brief: "Compare with what this configuration means, as the second of the two",
    },
    text: {
      kind: "boolean",
      optional: true,
      withNegated: false,
      brief: "Also what differs in the texts of files, line by line",
    },
  },
  aliases: hostAliases,
  positional: {
    kind: "tuple",
    parameters: [
      { ...textParameter("A generation", "from"), optional: true },
      { ...textParameter("Another one", "to"), optional: true },
    ],
  },
};

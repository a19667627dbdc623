/** `lib`: what a module function may use without importing anything. */
import * as definition from "./definition.ts";
import { mkEnableOption, mkOption } from "./option.ts";
import { types } from "./types/index.ts";

export const lib = {
  mkOption,
  mkEnableOption,
  mkIf: definition.mkIf,
  mkMerge: definition.mkMerge,
  mkOverride: definition.mkOverride,
  mkDefault: definition.mkDefault,
  mkForce: definition.mkForce,
  mkOptionDefault: definition.mkOptionDefault,
  mkOrder: definition.mkOrder,
  mkBefore: definition.mkBefore,
  mkAfter: definition.mkAfter,
  types,
} as const;

export type Lib = typeof lib;

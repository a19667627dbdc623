/** Modules for inside a container: what they are given, and whose options they see. */
import type { ConfigFrom, DefsFrom, Wrapped } from "../../modules/infer.ts";
import type { ModuleHeader, SubmoduleArgs, TypedModule } from "../../modules/module.ts";
import type { Options } from "../../modules/option.ts";
import type { OptionType } from "../../modules/option-type.ts";
import type { serviceOptions } from "../services/index.ts";
import type { systemOptions } from "./index.ts";

type OwnServices = typeof serviceOptions;
type OwnOptions = typeof systemOptions;

/**
 * The options below `services` of a container. Modules of one's own add to it, so that every `config` knows them:
 * `declare module "stowage" { interface ServiceOptions extends MyServices {} }`.
 */
export interface ServiceOptions extends OwnServices {}

/** All that may be written in `containers.<name>.config`; modules with options outside of `services` add to it. */
export interface SystemOptions extends OwnOptions {
  services: ServiceOptions;
}

/** One evaluated system: what `containers.<name>.config` becomes. */
export type SystemConfig = ConfigFrom<SystemOptions>;
/** What may be defined for one. */
export type SystemDefs = DefsFrom<SystemOptions>;

/** What the functions of a container's modules get: its `config`, `lib`, its `name`, and the `host` that it is on. */
export interface SystemArgs extends SubmoduleArgs<SystemConfig> {}

/**
 * A module for inside a container, with options of its own: they are inferred, and `config` is checked against the
 * whole tree of a container. `when` names the option, mostly `services.<name>.enable`, without which it does not count.
 */
export function defineSystemModule<const O extends Options>(
  module: ModuleHeader & {
    readonly options: O;
    readonly when?: string;
    readonly config?: Wrapped<SystemDefs> | ((args: SystemArgs) => Wrapped<SystemDefs>);
    readonly freeformType?: OptionType;
  },
): TypedModule<O> {
  return module as unknown as TypedModule<O>;
}

/** Names that options of OCI containers have, or had, in NixOS: whoever brings a configuration from there is understood. */
import {
  type ModuleArgs,
  mkAliasOptionModule,
  mkIf,
  mkOption,
  mkRenamedOptionModule,
  types,
} from "../../modules/index.ts";
import type { OptionType } from "../../modules/option-type.ts";

/** Of one container. `log-driver` is NixOS's word today, so it is no mistake. */
export const formerNames = [
  mkRenamedOptionModule(["extraDockerOptions"], ["extraOptions"]),
  mkAliasOptionModule(["log-driver"], ["logDriver"]),
];

const former = {
  extraDockerOptions: mkOption({ type: types.listOf(types.environmentValue) }),
  "log-driver": mkOption({ type: types.line }),
};
/** {@link formerNames}, as types see them. */
export type FormerNames = typeof former;

/**
 * `dockerContainers`. Its values are looked at where they are forwarded to, and nobody reads it.
 * @param containers the type of `ociContainers.containers`
 */
export function formerPathOptions<Config, Def>(_containers: OptionType<Config, Def>) {
  const forwarded = { ...types.unspecified, name: "alias", empty: { value: null } } as OptionType as OptionType<
    null,
    Def
  >;
  return {
    dockerContainers: mkOption({
      type: forwarded,
      visible: false,
      deprecated:
        'is now called ociContainers.containers: write ociContainers = { backend: "docker", containers: … } instead',
      apply: () => null,
    }),
  };
}

/** What `dockerContainers` stands for: these containers, and docker for all. */
export const formerPathConfig = ({ options }: ModuleArgs) => ({
  backend: mkIf(options.dockerContainers.isDefined, "docker" as const),
  containers: options.dockerContainers.forwarded,
});

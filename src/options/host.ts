/** What a configuration says about itself rather than about the machine. */
import { mkOption, types } from "../modules/index.ts";

export const hostBootOptions = {
  boot: {
    isContainer: mkOption({
      type: types.enum(false),
      default: false,
      description:
        "Whether this is the configuration of a container: of a host it is false, in `containers.<name>.config` true. For modules that are used in both.",
    }),
    enableContainers: mkOption({
      type: types.bool,
      default: true,
      defaultText: "true where there are containers",
      description:
        "false: of the containers that are declared nothing is made, and those of before are removed as if they were not declared. What they have written stays.",
    }),
  },
};

export const hostMetaOptions = {
  assertions: mkOption({
    type: types.listOf(
      types.submodule({
        options: {
          assertion: mkOption({ type: types.bool, description: "What must be true." }),
          message: mkOption({ type: types.str, description: "What is said when it is not." }),
        },
      }),
    ),
    default: [],
    description: "Conditions on the configuration. Every one that fails is shown, and nothing is built.",
  }),
  warnings: mkOption({
    type: types.listOf(types.str),
    default: [],
    description: "Texts shown at every evaluation.",
  }),
};

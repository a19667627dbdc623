/** What a configuration says about itself rather than about the machine. */
import { mkOption, types } from "../modules/index.ts";

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

/** What a configuration knows of the machine that it is for. */
import { mkOption, types } from "../../modules/index.ts";

export const bootOptions = {
  boot: {
    isContainer: mkOption({
      // Not read-only: a module for hosts and containers may say again what is so.
      type: types.enum(true),
      default: true,
      description:
        "Whether this is the configuration of a container: there it is true, of a host false. For modules that are used in both.",
    }),
    loader: {
      grub: {
        configurationName: mkOption({
          type: types.singleLineStr,
          default: "",
          description: "As `system.configurationName`, which wins: a container has no boot loader.",
        }),
      },
    },
  },
};

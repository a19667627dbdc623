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
    kernel: {
      sysctl: mkOption({
        type: types.attrsOf(types.nullOr(types.oneOf(types.str, types.int, types.bool))),
        default: {},
        example: { "net.core.somaxconn": 4096, "net.ipv6.conf.eth0.accept_ra": false },
        description:
          "Kernel settings of the container's own network: names begin with `net.`, all others are the host's. Set before its interfaces are up, and in place where they changed; one that the kernel does not have is an error, unless its name begins with `-`. What is no longer declared stays as it is until the next start. null: not set here after all.",
      }),
    },
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

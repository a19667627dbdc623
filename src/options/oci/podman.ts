/** What only podman can do. */
import { mkOption, types } from "../../modules/index.ts";

export const podmanOptions = {
  podman: mkOption({
    type: types.nullOr(
      types.submodule({
        options: {
          user: mkOption({
            type: types.userName,
            default: "root",
            description: "User of the host that the container runs under. Any but root: rootless.",
          }),
          sdnotify: mkOption({
            type: types.enum("conmon", "healthy", "container"),
            default: "conmon",
            description:
              'When the service is ready. "conmon": when the container runs; "healthy": when its health check has passed; "container": when the process inside says so (sd_notify(3)).',
          }),
        },
      }),
    ),
    default: null,
    defaultText: "{} with podman",
    description: "Settings for podman alone; with docker there may be none.",
  }),
};

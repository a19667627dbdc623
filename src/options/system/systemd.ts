/** `systemd` inside a container, with NixOS's names. */
import { mkOption, type Options, types } from "../../modules/index.ts";
import { serviceOptions } from "./service.ts";
import { tmpfilesOptions } from "./tmpfiles.ts";
import {
  automountOptions,
  mountOptions,
  pathOptions,
  sliceOptions,
  socketOptions,
  targetOptions,
  timerOptions,
} from "./units.ts";

const byName = <const O extends Options>(options: O) => types.attrsOf(types.submodule({ options }));

export const systemdOptions = {
  systemd: {
    services: mkOption({
      type: byName(serviceOptions),
      default: {},
      example: { nginx: { wantedBy: ["multi-user.target"] } },
      description:
        "Services of the container by unit name without `.service`. A service that a package brings (nginx, ssh) is started by naming it with a `wantedBy`.",
    }),
    timers: mkOption({
      type: byName(timerOptions),
      default: {},
      example: { backup: { wantedBy: ["timers.target"], timerConfig: { OnCalendar: "daily" } } },
      description:
        "Timers by unit name without `.timer`. Each starts the service of its name; wantedBy timers.target it begins with the container.",
    }),
    sockets: mkOption({
      type: byName(socketOptions),
      default: {},
      example: { app: { wantedBy: ["sockets.target"], listenStreams: ["8080"] } },
      description:
        "Sockets by unit name without `.socket`. Each starts the service of its name when somebody connects.",
    }),
    paths: mkOption({
      type: byName(pathOptions),
      default: {},
      example: { inbox: { wantedBy: ["multi-user.target"], pathConfig: { DirectoryNotEmpty: "/srv/inbox" } } },
      description:
        "Files and directories that are watched, by unit name without `.path`. Each starts the service of its name.",
    }),
    targets: mkOption({
      type: byName(targetOptions),
      default: {},
      example: { app: { wantedBy: ["multi-user.target"] } },
      description:
        "Targets by unit name without `.target`. To one of systemd's own (systemd.special(7)) all is added; any other is ours whole.",
    }),
    slices: mkOption({
      type: byName(sliceOptions),
      default: {},
      example: { app: { sliceConfig: { MemoryMax: "1G" } } },
      description: "Slices by unit name without `.slice`. All is added to what systemd has of that name.",
    }),
    mounts: mkOption({
      type: types.listOf(types.submodule({ options: mountOptions })),
      default: [],
      example: [{ what: "tmpfs", type: "tmpfs", where: "/srv/scratch", wantedBy: ["multi-user.target"] }],
      description: "Mounts that the container makes itself. For directories of the host see bindMounts.",
    }),
    automounts: mkOption({
      type: types.listOf(types.submodule({ options: automountOptions })),
      default: [],
      example: [{ where: "/srv/data", wantedBy: ["multi-user.target"] }],
      description:
        "Mounts that are made when somebody looks there; each needs a mount of the same place. Only for a trusted container with the device /dev/autofs (`allowedDevices`): the kernel has no automounts for others.",
    }),
    tmpfiles: tmpfilesOptions,
  },
};

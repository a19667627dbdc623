/** Units that are no services: timers, sockets, paths, mounts, automounts, targets, slices. */
import { mkOption, types } from "../../modules/index.ts";
import { section, startedOptions, unitOptions } from "./unit.ts";

export const timerOptions = {
  ...unitOptions,
  ...startedOptions,
  timerConfig: section(
    "Keys of the [Timer] section (systemd.timer(5)). Given a time (`OnCalendar`, `OnBootSec`, …), the unit is ours whole; else these keys are added to the unit that a package brings.",
    { OnCalendar: "daily", Persistent: true },
  ),
};

const addresses = (kind: string, example: string[]) =>
  mkOption({
    type: types.listOf(types.line),
    default: [],
    example,
    description: `Where it listens for ${kind}: a port, an address and a port, or the path of a socket (systemd.socket(5)).`,
  });

export const socketOptions = {
  ...unitOptions,
  ...startedOptions,
  listenStreams: addresses("connections", ["0.0.0.0:993", "/run/my-socket"]),
  listenDatagrams: addresses("datagrams", ["0.0.0.0:993", "/run/my-socket"]),
  socketConfig: section(
    "Keys of the [Socket] section (systemd.socket(5)). Given an address, here or above, the unit is ours whole; else these keys are added to the unit that a package brings.",
    { ListenStream: "/run/my-socket", SocketMode: "0660" },
  ),
};

export const pathOptions = {
  ...unitOptions,
  ...startedOptions,
  pathConfig: section(
    "Keys of the [Path] section (systemd.path(5)). Given a path, the unit is ours whole; else these keys are added to the unit that a package brings.",
    { PathChanged: "/srv/inbox", Unit: "sort-inbox.service" },
  ),
};

const where = mkOption({
  type: types.path,
  example: "/srv/scratch",
  description: "Directory at which it is mounted; made where it is missing. The unit is named after it.",
});

export const mountOptions = {
  ...unitOptions,
  ...startedOptions,
  where,
  what: mkOption({
    type: types.nullOr(types.line),
    default: null,
    example: "tmpfs",
    description:
      "What is mounted: a device, a directory, the name of a file system in memory. null: all else is added to the unit that a package brings.",
  }),
  type: mkOption({
    type: types.line,
    default: "",
    example: "tmpfs",
    description: "Its file system (mount(8)). Without one the kernel finds out.",
  }),
  options: mkOption({
    type: types.commas,
    default: "",
    example: "size=64M,mode=0755",
    description: "Mount options, by commas; several definitions are joined.",
  }),
  mountConfig: section("Further keys of the [Mount] section (systemd.mount(5)).", { DirectoryMode: "0775" }),
};

export const automountOptions = {
  ...unitOptions,
  ...startedOptions,
  where,
  automountConfig: section("Further keys of the [Automount] section (systemd.automount(5)).", {
    TimeoutIdleSec: "10min",
  }),
};

export const targetOptions = unitOptions;

export const sliceOptions = {
  ...unitOptions,
  sliceConfig: section("Keys of the [Slice] section (systemd.slice(5), systemd.resource-control(5)).", {
    MemoryMax: "1G",
  }),
};

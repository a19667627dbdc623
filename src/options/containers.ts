/** `containers.<name>`: system containers. Contract and names: NixOS's `containers`. */
import { mkOption, mkOptionDefault, types } from "../modules/index.ts";
import { systemOptions } from "./system/index.ts";

/** Not types.port: 0 means "any" to the kernel, and no packet has it. */
const forwardedPort = types.ints.between(1, 65535);

export const forwardPortOptions = {
  protocol: mkOption({ type: types.enum("tcp", "udp"), default: "tcp", description: "Protocol of the port." }),
  hostPort: mkOption({ type: forwardedPort, description: "Port of the host." }),
  containerPort: mkOption({
    type: types.nullOr(forwardedPort),
    default: null,
    defaultText: "hostPort",
    description: "Port inside the container. null: the same as hostPort.",
  }),
};

export const bindMountOptions = {
  mountPoint: mkOption({
    type: types.path,
    defaultText: "the attribute's name",
    description: "Where the directory or file appears inside the container.",
  }),
  hostPath: mkOption({
    type: types.nullOr(types.path),
    default: null,
    defaultText: "mountPoint",
    description: "Path on the host. null: the same as mountPoint.",
  }),
  isReadOnly: mkOption({ type: types.bool, default: true, description: "false: the container may write there." }),
};

export const containerOptions = {
  config: mkOption({
    type: types.nullOr(
      types.submodule({ options: systemOptions, description: "the configuration of a container's own system" }),
    ),
    default: null,
    description:
      "The container's own system: its packages, files, services. Evaluated by the same module system; its host name is the container's name unless it says otherwise.",
  }),
  path: mkOption({
    type: types.nullOr(types.path),
    default: null,
    example: "/srv/trees/web",
    description: "A system that is already built: a directory tree with an init. Instead of `config`.",
  }),
  autoStart: mkOption({
    type: types.bool,
    default: false,
    description: "Start the container when the host boots, and when a switch adds it.",
  }),
  ephemeral: mkOption({
    type: types.bool,
    default: false,
    description: "The root lives in memory and is gone when the container stops, for whatever reason.",
  }),
  privateNetwork: mkOption({
    type: types.bool,
    default: false,
    description:
      "A network of its own: `eth0` inside, `ve-<name>` on the host. Such a container is isolated: it runs in a user namespace, and its root is nobody on the host. Without it the container shares the host's network and its root must be trusted like the host's.",
  }),
  hostAddress: mkOption({
    type: types.nullOr(types.ipv4Address),
    default: null,
    example: "10.233.1.1",
    description: "IPv4 address of the host's end of the link; the container's default gateway.",
  }),
  localAddress: mkOption({
    type: types.nullOr(types.either(types.ipv4Address, types.ipv4Cidr)),
    default: null,
    example: "10.233.1.2",
    description: "IPv4 address of the container, with or without a prefix length.",
  }),
  hostAddress6: mkOption({
    type: types.nullOr(types.ipv6Address),
    default: null,
    example: "fd00:233:1::1",
    description: "IPv6 address of the host's end of the link.",
  }),
  localAddress6: mkOption({
    type: types.nullOr(types.either(types.ipv6Address, types.ipv6Cidr)),
    default: null,
    example: "fd00:233:1::2",
    description: "IPv6 address of the container, with or without a prefix length.",
  }),
  forwardPorts: mkOption({
    type: types.listOf(types.submodule({ options: forwardPortOptions })),
    default: [],
    example: [{ hostPort: 8080, containerPort: 80 }],
    description:
      "Ports of the host that lead into the container: from other machines, from the host's own addresses, from 127.0.0.1 and ::1, and from other containers.",
  }),
  bindMounts: mkOption({
    type: types.attrsOf(
      types.submodule({
        options: bindMountOptions,
        config: ({ name }) => ({ mountPoint: mkOptionDefault(name) }),
      }),
    ),
    default: {},
    example: { "/srv/site": { hostPath: "/home/me/site" } },
    description: "Directories and files of the host that the container sees, by where it sees them.",
  }),
  timeoutStartSec: mkOption({
    type: types.timeSpan,
    default: "1min",
    description: "How long a start may take before it is ended and reported (systemd.time(7)).",
  }),
  restartIfChanged: mkOption({
    type: types.bool,
    default: true,
    description:
      "false: a changed container keeps running as it was until it is restarted by hand, and a switch says so.",
  }),
};

/** What a container's root may do: its user namespace, capabilities and devices. */
import { mkOption, types } from "../../modules/index.ts";

export const deviceOptions = {
  node: mkOption({ type: types.path, example: "/dev/ttyUSB0", description: "The device node." }),
  modifier: mkOption({
    type: types.strMatching(/^(?!.*(.).*\1)[rwm]{1,3}$/, "a subset of r, w and m"),
    example: "rw",
    description: "What is allowed: r to read, w to write, m to make nodes.",
  }),
};

export const confinementOptions = {
  privateUsers: mkOption({
    type: types.nullOr(types.either(types.enum("no", "identity", "pick"), types.ints.between(65536, 4294836224))),
    default: null,
    defaultText:
      '"pick"; "no" where the container must own something of the host: its network, interfaces, macvlans, a joined namespace, tun, CAP_NET_ADMIN',
    description:
      'The user namespace. "pick": 65536 user ids that nobody else has, chosen by systemd-nspawn; a number: the first of them, best below 524288 or above 1879048191, where systemd-nspawn picks none. The container\'s root is then nobody on the host. "identity": a namespace with the host\'s ids. "no": none; the container\'s root must be trusted like the host\'s.',
  }),
  additionalCapabilities: mkOption({
    type: types.listOf(types.capability),
    default: [],
    example: ["CAP_NET_ADMIN"],
    description:
      "Capabilities on top of those that systemd-nspawn leaves (capabilities(7)). With users of its own they count over the container's own namespace alone.",
  }),
  enableTun: mkOption({
    type: types.bool,
    default: false,
    description:
      "/dev/net/tun is usable inside, with CAP_NET_ADMIN: for VPNs. The container is trusted then, since with users of its own it could make no interface.",
  }),
  allowedDevices: mkOption({
    type: types.listOf(types.submodule({ options: deviceOptions })),
    default: [],
    example: [{ node: "/dev/ttyUSB0", modifier: "rw" }],
    description:
      "Devices of the host that the container has: the node is there, with the host's owner and mode. All others are closed to it.",
  }),
  extraFlags: mkOption({
    type: types.listOf(types.line),
    default: [],
    example: ["--oom-score-adjust=500"],
    description:
      "Further arguments of systemd-nspawn(1), each as it is. They can undo what is promised of a container: with any that is not known to be harmless it is called trusted. What the unit says itself, such as --private-users, is refused.",
  }),
};

/** `ociContainers.defaultNetwork`: where OCI containers are that name no network. See docs/design/names.md. */
import { mkOption, types } from "../../modules/index.ts";

export const defaultNetworkOptions = {
  enable: mkOption({
    type: types.bool,
    default: true,
    description:
      "Containers without `networks` are on a network `stowage`, where each has the same address after every start: the host and the containers of both kinds find them by name, and they find them. false: on the engine's own default network, without names.",
  }),
  subnet: mkOption({
    type: types.ipv4Cidr,
    default: "10.87.0.0/16",
    example: "10.200.0.0/20",
    description:
      "Addresses of the network `stowage`. The first is the host's; containers have theirs in the lower half, by a hash of their names; what is started on it by hand gets one of the upper half.",
  }),
};

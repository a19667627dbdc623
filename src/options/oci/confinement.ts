/** What an OCI container may do. */
import { mkOption, types } from "../../modules/index.ts";

export const confinementOptions = {
  capabilities: mkOption({
    type: types.attrsOf(types.nullOr(types.bool)),
    default: {},
    example: { NET_ADMIN: true, NET_RAW: false },
    description:
      "Capabilities (capabilities(7)), without CAP_. true: added, false: dropped, null: as the engine has it.",
  }),
  devices: mkOption({
    type: types.listOf(types.strMatching(/\/[^:\p{Cc}]*(?::\/[^:\p{Cc}]*)?(?::[rwm]{1,3})?/u, "device[:inside][:rwm]")),
    default: [],
    example: ["/dev/dri:/dev/dri"],
    description: "Devices of the host that the container has, `device[:inside][:rwm]`.",
  }),
  privileged: mkOption({
    type: types.bool,
    default: false,
    description: "All capabilities and all devices: its root is as good as root of the host.",
  }),
};

/** What an OCI container may do. */
import { mkOption, types } from "../../modules/index.ts";

/** Podman takes a list at its commas and quotes. */
const device = /\/[^:,"\p{Cc}]+(?::\/[^:,"\p{Cc}]+)?(?::[rwm]{1,3})?|[A-Za-z0-9][\w.-]*\/[\w.-]+=[\w.:-]+/u;

export const confinementOptions = {
  capabilities: mkOption({
    type: types.attrsOf(types.nullOr(types.bool)),
    default: {},
    example: { NET_ADMIN: true, NET_RAW: false },
    description:
      "Capabilities (capabilities(7)), without CAP_. true: added, false: dropped, null: as the engine has it.",
  }),
  devices: mkOption({
    type: types.listOf(types.strMatching(device, "device[:inside][:rwm], or vendor/class=device")),
    default: [],
    example: ["/dev/dri:/dev/dri"],
    description:
      "Devices of the host that the container has, `device[:inside][:rwm]`; or by the name that a vendor's CDI file gives them, `nvidia.com/gpu=all`.",
  }),
  privileged: mkOption({
    type: types.bool,
    default: false,
    description: "All capabilities and all devices: its root is as good as root of the host.",
  }),
};

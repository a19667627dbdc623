/** A container's own name. */
import { mkOption, types } from "../../modules/index.ts";

export const networkingOptions = {
  networking: {
    hostName: mkOption({
      type: types.nullOr(
        types.strMatching(
          /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
          "a host name: letters, digits and -, at most 63",
        ),
      ),
      default: null,
      defaultText: "the container's name",
      description: "Host name inside the container. null: the container's name.",
    }),
    extraHosts: mkOption({
      type: types.lines,
      default: "",
      example: "192.0.2.7 backup.example",
      description: "Further lines of the container's /etc/hosts.",
    }),
  },
};

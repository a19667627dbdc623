/** Which packages a container has. */
import { mkOption, types } from "../../modules/index.ts";
import { sourceOptions } from "./source.ts";
import { toplevelOptions } from "./toplevel.ts";

export const packageOptions = {
  packages: mkOption({
    type: types.listOf(types.packageName),
    default: [],
    example: ["nginx-light", "openssh-server"],
    description:
      "Debian packages of the container, by name. What they depend on comes with them; what they recommend does not. A service that a package brings is not started until it is declared (`systemd.services.<name>.wantedBy`).",
  }),
  system: {
    source: sourceOptions,
    ...toplevelOptions,
    stateVersion: mkOption({
      type: types.str,
      default: "1",
      description:
        "Stowage state version that this container was first made with. Defaults that change between our versions follow it; do not change it for a container that has state.",
    }),
  },
};

/** Where a container's packages come from, and which. */
import { mkOption, types } from "../../modules/index.ts";

export const packageOptions = {
  packages: mkOption({
    type: types.listOf(types.packageName),
    default: [],
    example: ["nginx-light", "openssh-server"],
    description:
      "Debian packages of the container, by name. What they depend on comes with them; what they recommend does not. A service that a package brings is not started until it is declared (`systemd.services.<name>.wantedBy`).",
  }),
  system: {
    source: {
      kind: mkOption({
        type: types.enum("debian"),
        default: "debian",
        description: "What makes the package tree.",
      }),
      suite: mkOption({
        type: types.strMatching(/^[a-z][a-z0-9-]*$/, "a Debian suite by its code name, such as trixie"),
        default: "trixie",
        example: "bookworm",
        description: "Debian release of the container, by code name. Its packages are pinned in stowage.lock.",
      }),
    },
    stateVersion: mkOption({
      type: types.str,
      default: "1",
      description:
        "Stowage state version that this container was first made with. Defaults that change between our versions follow it; do not change it for a container that has state.",
    }),
  },
};

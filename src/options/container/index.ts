/** `containers.<name>`: system containers. Contract and names: NixOS's `containers`. */
import { mkOption, type OptionType, types } from "../../modules/index.ts";
import type { ModuleDef } from "../../modules/types/submodule.ts";
import { healthOptions } from "../health.ts";
import { resourcesOptions } from "../resources.ts";
import { secretsOptions } from "../secrets.ts";
import { serviceModules } from "../services/index.ts";
import { systemOptions } from "../system/index.ts";
import type { SystemConfig, SystemOptions } from "../system/module.ts";
import { accountAliases } from "../system/users.ts";
import { confinementOptions } from "./confinement.ts";
import { mountOptions } from "./mounts.ts";
import { networkOptions } from "./network.ts";

export const containerOptions = {
  config: mkOption({
    type: types.nullOr(
      types.moduleOf({
        options: systemOptions,
        imports: [...serviceModules, ...accountAliases],
        specialArgsFrom: "specialArgs",
        sharesName: true,
        description: "the configuration of a container's own system",
        // By its name, since modules of users add to it.
      }) as OptionType<SystemConfig, ModuleDef<SystemOptions>>,
    ),
    default: null,
    description:
      "The container's own system: its packages, files, services. Evaluated by the same module system; its host name is the container's name unless it says otherwise.",
  }),
  specialArgs: mkOption({
    type: types.attrsOf(types.raw),
    default: {},
    example: { site: "example.org" },
    description:
      "Further arguments of the functions in `config`, beside `config`, `lib`, `name` and the like. Unlike `_module.args` they can be used in `imports`.",
  }),
  flake: mkOption({
    type: types.nullOr(types.line),
    default: null,
    example: "github:example/hosts#web",
    description:
      "A Nix flake, and after `#` the name of one of its nixosConfigurations, `container` if it says none. `stowage build` and `switch` build it into the profile /nix/var/nix/profiles/per-container/<name>/system where that was made from nothing or from another flake; `stowage update <name>` builds it anew. Nix must be installed. Instead of `config` and `path`.",
  }),
  path: mkOption({
    type: types.nullOr(types.path),
    default: null,
    example: "/srv/trees/web",
    description:
      "A system that is already built: below /nix a store path or profile of Nix, elsewhere a directory tree with `usr`, `etc` and an init. A link is followed at each start, so that what updates it updates the container. Instead of `config`.",
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
  dependsOn: mkOption({
    type: types.listOf(types.str),
    default: [],
    example: ["database"],
    description:
      "Containers, of either kind, that must be ready before this one starts, and without which it does not run. One with a `healthcheck` is ready once that has passed.",
  }),
  ...networkOptions,
  ...mountOptions,
  ...confinementOptions,
  ...secretsOptions,
  ...resourcesOptions,
  ...healthOptions,
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
  onChange: mkOption({
    type: types.enum("auto", "reload", "restart", "none"),
    default: "auto",
    description:
      'What a switch does to the running container when it changed. "auto": in place where only what is declared inside changed, else a restart. "reload": in place, and never a restart: what needs one waits for a restart by hand. "restart": always a restart. "none": nothing, as restartIfChanged = false. An ephemeral container takes nothing over in place.',
  }),
};

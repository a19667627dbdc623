/** The verbs for containers that are made by hand. */

import type { DefinitionFlags } from "../by-hand/request.ts";
import { changeFlags, type JsonFlag, sharedAliases, sharedFlags, textParameter } from "../flags.ts";
import type { HostFlags, SharedFlags } from "../session.ts";
import type { WithJson } from "./parts.ts";
import { verb } from "./verb.ts";

export type CreateFlags = SharedFlags &
  JsonFlag &
  Omit<DefinitionFlags, "command"> & {
    readonly events?: boolean;
    readonly ensureUniqueName?: boolean;
  };

export type UpdateFlags = WithJson<HostFlags> & {
  readonly configFile?: string;
  readonly systemPath?: string;
  readonly flake?: string;
  readonly image?: string;
  readonly nixosPath?: string;
  readonly set?: readonly string[];
  readonly locked?: boolean;
};

export type DestroyFlags = SharedFlags &
  JsonFlag & {
    readonly events?: boolean;
    readonly keepState?: boolean;
    readonly state?: boolean;
  };

const { json, events } = changeFlags;

const text = (placeholder: string, brief: string) =>
  ({ kind: "parsed", parse: String, optional: true, placeholder, brief }) as const;
const texts = (placeholder: string, brief: string) => ({ ...text(placeholder, brief), variadic: true }) as const;
const word = (brief: string) => ({ kind: "boolean", optional: true, withNegated: false, brief }) as const;

/** What a container is. */
export const systemFlags = {
  configFile: text("file", "Its system: a module of TypeScript, whose default export is what `config` would be"),
  systemPath: text("path", "Its system: one that is built already, of Nix or a tree of directories"),
  flake: text("flake", "Its system: of a Nix flake, built now, and anew by `update`"),
  image: text("image", "An OCI container of this image"),
  nixosPath: { ...text("path", "Refused: there is no nixpkgs here; see --flake and --system-path"), hidden: true },
} as const;

/** Of `update`, for a container that was made by hand. */
export const updateMadeFlags = {
  ...systemFlags,
  set: texts("path=value", "Of a container made by hand: an option of it; several times"),
  locked: word("Of a container made by hand: the versions stay as they are locked"),
} as const;

export const byHand = {
  create: verb<CreateFlags, string[]>({
    brief: "Make a container by hand, beside those that host.ts declares",
    details:
      "It is kept as a small host.ts, /etc/stowage/made/NAME.ts, to be read, edited (then: `update`), or moved into host.ts. A system has a network of its own, with addresses that nobody has, unless something else is said. Waits while another changes the machine. Where anything fails, nothing of it is left.",
    examples: [
      "create web --config 'services: { nginx: { enable: true } }' --port 8080:80 --auto-start",
      "create --ensure-unique-name test",
      "create web --config-file web.ts --bridge br0 --local-address 192.0.2.7/24",
      "create web --set config.packages=nginx-light --set timeoutStartSec=5min",
      "create cache --image docker.io/library/redis:7 --port 6379 -- redis-server --appendonly yes",
    ],
    parameters: {
      flags: {
        ...sharedFlags,
        json,
        events,
        config: text("text", "Its system: what stands in the braces of `config`, as TypeScript"),
        ...systemFlags,
        set: texts("path=value", "Any option of the container; lists by JSON, or element by element; several times"),
        autoStart: word("Start it now, and at every boot"),
        ensureUniqueName: word("Add a number to the name, so that it is nobody's; the name alone is printed"),
        bridge: text("interface", "Put its link on this bridge of the host"),
        port: texts("[tcp|udp:]host[:container]", "A port of the host that leads into it; several times"),
        hostAddress: text("address", "Of the host's end of its link; with --local-address"),
        localAddress: text("address", "Its own; with --host-address, or --bridge"),
        addressPool: text("10.99", "How the addresses begin that are chosen where none are given; default 10.233"),
        env: texts("NAME=value", "With --image: a variable; several times"),
        volume: texts("source:target[:options]", "With --image: a volume or directory; several times"),
      },
      aliases: { ...sharedAliases, p: "port", e: "env" },
      positional: {
        kind: "array",
        minimum: 1,
        parameter: textParameter("Its name; with --image, then -- and what it runs", "name"),
      },
    },
    load: () => import("../commands/create.ts"),
  }),
  destroy: verb<DestroyFlags, string[]>({
    brief: "Remove containers that were made by hand, with all that they have written",
    details:
      "One that runs is stopped first. What others have mounted below its root is unmounted, and spared. That there is none of that name is no error.",
    examples: ["destroy test-0", "destroy web --keep-state", "destroy --state old"],
    parameters: {
      flags: {
        ...sharedFlags,
        json,
        events,
        keepState: word("Keep what it has written; a container of that name goes on with it"),
        state: word("What a container has written that is not there any more, also one that host.ts had"),
      },
      aliases: sharedAliases,
      positional: { kind: "array", minimum: 1, parameter: textParameter("A container", "name") },
    },
    load: () => import("../commands/destroy.ts"),
  }),
};

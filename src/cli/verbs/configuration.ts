/** The verbs about host.ts and what it means. */
import { imageFormats } from "../../systems/image/format.ts";
import type { InitFlags } from "../commands/init.ts";
import { hostAliases, sharedAliases, textParameter } from "../flags.ts";
import type { HostFlags } from "../session.ts";
import { type UpdateFlags, updateMadeFlags } from "./by-hand.ts";
import { hostJson, type ImageFlags, nameJson, type OptionsFlags, one, oneOptional, type WithJson } from "./parts.ts";
import { verb } from "./verb.ts";

export const configuration = {
  init: verb<InitFlags, [directory?: string]>({
    brief: "Write a first host.ts, and a tsconfig.json and package.json by which an editor knows its words",
    details:
      "Nothing is fetched: the types are those of this installation. A file that is there is never overwritten. Stowage itself needs host.ts alone.",
    examples: ["init", "init /etc/stowage", "init --editor"],
    parameters: {
      flags: {
        ...nameJson.flags,
        editor: {
          kind: "boolean",
          optional: true,
          withNegated: false,
          brief: "Only tsconfig.json and package.json, for a host.ts that is there",
        },
      },
      aliases: sharedAliases,
      positional: oneOptional("The directory to write them into; default this one", "directory"),
    },
    load: () => import("../commands/init.ts"),
  }),
  check: verb<WithJson<HostFlags>, []>({
    brief: "Evaluate the configuration and check it; change nothing",
    examples: ["check", "-c examples/web/host.ts check"],
    parameters: hostJson,
    load: () => import("../commands/check.ts"),
  }),
  eval: verb<WithJson<HostFlags>, [path?: string]>({
    brief: "Print the evaluated configuration, or one part of it, as JSON",
    examples: ["eval", "eval containers.web.localAddress"],
    parameters: { ...hostJson, positional: oneOptional("Part of it, with dots between names", "path") },
    load: () => import("../commands/eval.ts"),
  }),
  explain: verb<WithJson<HostFlags>, [path: string]>({
    brief: "Tell all about an option: its value, type and documentation, and every definition of it with its place",
    examples: ["explain containers.web.autoStart", "explain 'containers.<name>.forwardPorts'"],
    parameters: { ...hostJson, positional: one("The option, with dots between names", "path") },
    load: () => import("../commands/explain.ts"),
  }),
  options: verb<WithJson<OptionsFlags>, [search?: string]>({
    brief: "List the options that may be set, those of your own modules too",
    details: "With words: those whose name or description has them, the nearest first.",
    examples: ["options", "options port", "options --markdown", "options --schema"],
    parameters: {
      flags: {
        ...hostJson.flags,
        markdown: { kind: "boolean", optional: true, withNegated: false, brief: "The whole reference, as Markdown" },
        schema: { kind: "boolean", optional: true, withNegated: false, brief: "A JSON schema of the configuration" },
      },
      aliases: hostAliases,
      positional: oneOptional("Words to search for", "search"),
    },
    load: () => import("../commands/options.ts"),
  }),
  compile: verb<WithJson<HostFlags>, []>({
    brief: "Print the generation that the configuration means: units, files, systems",
    details: "Nothing is built; packages must stand in the lock file, or are resolved into it.",
    examples: ["compile --json"],
    parameters: hostJson,
    load: () => import("../commands/compile.ts"),
  }),
  build: verb<WithJson<HostFlags>, []>({
    brief: "Build what the configuration needs into the store and print the store paths",
    examples: ["build", "build --json"],
    parameters: hostJson,
    load: () => import("../commands/build.ts"),
  }),
  image: verb<ImageFlags, [name: string]>({
    brief: "Make an image of a container's own system, to be started elsewhere",
    details:
      "What the container would begin with, without what it has made since. It boots by itself: systemd-nspawn --boot, podman run. The same system gives the same bytes.",
    examples: [
      "image web --format tar",
      "image web --format squashfs -o /srv/images/web.squashfs",
      "image web --format oci -o web.tar && podman load -i web.tar",
    ],
    parameters: {
      flags: {
        ...hostJson.flags,
        format: {
          kind: "enum",
          values: imageFormats,
          brief: "tar, squashfs, or oci: an archive that podman and docker load",
        },
        output: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "file",
          brief: "The file to make; default NAME.tar, NAME.squashfs, NAME.oci.tar here",
        },
        force: { kind: "boolean", optional: true, withNegated: false, brief: "Replace a file that is there" },
      },
      aliases: { ...hostAliases, o: "output" },
      positional: one("The container", "name"),
    },
    load: () => import("../commands/image.ts"),
  }),
  lock: verb<WithJson<HostFlags>, []>({
    brief: "Pin what stowage.lock does not have yet: packages, numbers of accounts, images; and print it",
    details:
      "Nothing is built or switched, and what the lock has stays as it is: stowage update makes it newer. Images are fetched for it, as their digests are what is pinned.",
    examples: ["lock", "lock --json"],
    parameters: hostJson,
    load: () => import("../commands/lock.ts"),
  }),
  update: verb<UpdateFlags, string[]>({
    brief: "Pin the newest versions of all packages and images in stowage.lock, and print what changes",
    details:
      "Nothing is built or switched. With names of containers, theirs alone: images of OCI containers are pinned anew; flakes are built anew, and running ones take over what is new. A container that was made by hand becomes what its definition says by now, or what is given here, with the newest of all: it is built, and taken over or restarted where it runs; --config is what stands in the braces of its `config`. Of several made by hand, what is in the way of one is told, and the others are updated (exit code 4).",
    examples: [
      "update",
      "update --json",
      "update web",
      "update test-0 --config 'packages: [\"curl\"]'",
      "update test-0 --locked",
    ],
    parameters: {
      ...hostJson,
      flags: { ...hostJson.flags, ...updateMadeFlags },
      positional: {
        kind: "array",
        parameter: textParameter("A container with a flake, an OCI container, one that was made by hand", "name"),
      },
    },
    load: () => import("../commands/update.ts"),
  }),
};

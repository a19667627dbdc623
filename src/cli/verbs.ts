/** Every verb: its words for --help, what it takes, and where its code is. */

import { imageFormats } from "../systems/image/format.ts";
import { containers } from "./container-verbs.ts";
import { exitCodeHelp } from "./exit-codes.ts";
import {
  type BackFlag,
  backFlag,
  type ChangeFlags,
  count,
  hostAliases,
  sharedAliases,
  span,
  type ToFlag,
  textParameter,
  toFlag,
} from "./flags.ts";
import type { HostFlags, SharedFlags } from "./session.ts";
import { verb } from "./verb.ts";
import {
  type DiffFlags,
  type GcFlags,
  hostChange,
  hostJson,
  hostVerb,
  type ImageFlags,
  nameChange,
  nameJson,
  type OptionsFlags,
  one,
  oneOptional,
  twoGenerations,
  type UninstallFlags,
  type WithJson,
} from "./verb-parts.ts";

const configuration = {
  check: verb<HostFlags, []>({
    brief: "Evaluate the configuration and check it; change nothing",
    examples: ["check", "-c examples/web/host.ts check"],
    parameters: hostVerb,
    load: () => import("./commands/check.ts"),
  }),
  eval: verb<HostFlags, [path?: string]>({
    brief: "Print the evaluated configuration, or one part of it, as JSON",
    examples: ["eval", "eval containers.web.localAddress"],
    parameters: { ...hostVerb, positional: oneOptional("Part of it, with dots between names", "path") },
    load: () => import("./commands/eval.ts"),
  }),
  explain: verb<WithJson<HostFlags>, [path: string]>({
    brief: "Tell all about an option: its value, type and documentation, and every definition of it with its place",
    examples: ["explain containers.web.autoStart", "explain 'containers.<name>.forwardPorts'"],
    parameters: { ...hostJson, positional: one("The option, with dots between names", "path") },
    load: () => import("./commands/explain.ts"),
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
    load: () => import("./commands/options.ts"),
  }),
  compile: verb<WithJson<HostFlags>, []>({
    brief: "Print the generation that the configuration means: units, files, systems",
    details: "Nothing is built; packages must stand in the lock file, or are resolved into it.",
    examples: ["compile --json"],
    parameters: hostJson,
    load: () => import("./commands/compile.ts"),
  }),
  build: verb<WithJson<HostFlags>, []>({
    brief: "Build what the configuration needs into the store and print the store paths",
    examples: ["build", "build --json"],
    parameters: hostJson,
    load: () => import("./commands/build.ts"),
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
    load: () => import("./commands/image.ts"),
  }),
  update: verb<WithJson<HostFlags>, string[]>({
    brief: "Pin the newest versions of all packages and images in stowage.lock, and print what changes",
    details:
      "Nothing is built or switched. With names of containers, theirs alone: images of OCI containers are pinned anew; flakes are built anew, and running ones take over what is new.",
    examples: ["update", "update --json", "update web"],
    parameters: {
      ...hostJson,
      positional: { kind: "array", parameter: textParameter("A container with a flake, or an OCI container", "name") },
    },
    load: () => import("./commands/update.ts"),
  }),
};

const host = {
  plan: verb<WithJson<HostFlags>, []>({
    brief: "Show what switch would do to every unit, container and file, and why",
    details: "Exit code 0: nothing to do; 2: something to do.",
    examples: ["plan", "plan --json"],
    parameters: hostJson,
    load: () => import("./commands/plan.ts"),
  }),
  switch: verb<HostFlags & ChangeFlags & BackFlag, []>({
    brief: "Make the machine what the configuration says: now, and at every boot",
    details:
      "Nothing changed: nothing is printed, nothing is done. Once it changes something it goes on without its terminal; `journalctl -t stowage` has what it did.",
    examples: [
      "switch",
      "-c /srv/hosts/alpha/host.ts switch",
      "switch --rollback-on-failure",
      "switch --wait --events",
    ],
    parameters: { ...hostChange, flags: { ...hostChange.flags, ...backFlag } },
    load: () => import("./commands/switch.ts"),
  }),
  boot: verb<HostFlags & ChangeFlags, []>({
    brief: "Give the next boot what the configuration says, and leave the machine as it is until then",
    details:
      "Everything is built now. What runs goes on; what is started, stopped or restarted before the boot has its former definition.",
    examples: ["boot", "boot --json"],
    parameters: hostChange,
    load: () => import("./commands/boot.ts"),
  }),
  test: verb<HostFlags & ChangeFlags & BackFlag, []>({
    brief: "Make the machine what the configuration says, until the next boot, which has what it had",
    details: "As switch does it, but for that. `stowage switch` makes it stay, `stowage rollback` ends it.",
    examples: ["test", "test --rollback-on-failure"],
    parameters: { ...hostChange, flags: { ...hostChange.flags, ...backFlag } },
    load: () => import("./commands/test.ts"),
  }),
  rollback: verb<SharedFlags & ChangeFlags & ToFlag, [what?: string]>({
    brief: "Make the machine, or one container, what a former generation says: now, and at every boot",
    details:
      "Without anything: the former generation. With a number: that one. With a container: that container alone, as it was before it last changed, and a new generation is made of it; everything else stays as it is. Of a name of digits alone say container@3. Your host.ts and stowage.lock stay as they are: the next switch goes by them again.",
    examples: ["rollback", "rollback 12", "rollback web", "rollback web --to 12"],
    parameters: {
      ...nameChange,
      flags: { ...nameChange.flags, ...toFlag },
      positional: oneOptional("Number of a generation, or a container", "generation|container"),
    },
    load: () => import("./commands/rollback.ts"),
  }),
  generations: verb<WithJson<SharedFlags>, []>({
    brief: "List the generations that are kept: when each became current, and its containers",
    examples: ["generations", "generations --json"],
    parameters: nameJson,
    load: () => import("./commands/generations.ts"),
  }),
  diff: verb<DiffFlags, [a?: string, b?: string]>({
    brief: "Show what is different between two generations: settings, packages, units, files",
    details:
      "Without anything: the former one and the machine's. With one: that one and the machine's. A generation is a number, or one of the words current (the next boot's) and active (the machine's). Passwords, and files that not everybody may read, are named and not shown. Exit code 0, whether they differ or not.",
    examples: ["diff", "diff 12", "diff 12 14 --text", "diff --config host.ts", "diff --json"],
    parameters: twoGenerations,
    load: () => import("./commands/diff.ts"),
  }),
  gc: verb<GcFlags, []>({
    brief: "Remove store paths and images that nothing needs, and with --keep or --older-than also old generations",
    details:
      "Never the current generation, nor what a container on this machine has or runs with. Of the engines' images only those that stowage fetched or loaded. Containers' state is not touched.",
    examples: ["gc", "gc --keep 5", "gc --older-than 30d --dry-run"],
    parameters: {
      flags: {
        ...nameChange.flags,
        keep: {
          kind: "parsed",
          parse: count,
          optional: true,
          placeholder: "number",
          brief: "Keep so many generations, the newest; with --older-than also younger ones",
        },
        olderThan: {
          kind: "parsed",
          parse: span,
          optional: true,
          placeholder: "span",
          brief: "Forget generations that became current longer ago: 12h, 30d, 8w",
        },
        dryRun: { kind: "boolean", optional: true, withNegated: false, brief: "Only print what would be removed" },
      },
      aliases: sharedAliases,
    },
    load: () => import("./commands/gc.ts"),
  }),
  uninstall: verb<UninstallFlags, []>({
    brief: "Stop and remove everything that stowage made on this machine",
    details:
      "Containers' own roots are kept unless --state is given; your host.ts and stowage.lock are never touched. Mounts of yours below a root stop it before anything is done.",
    examples: ["uninstall", "uninstall --state"],
    parameters: {
      flags: {
        ...nameChange.flags,
        state: {
          kind: "boolean",
          optional: true,
          withNegated: false,
          brief: "Also what containers have written: their roots, for good",
        },
      },
      aliases: sharedAliases,
    },
    load: () => import("./commands/uninstall.ts"),
  }),
};

const diagnosis = {
  doctor: verb<WithJson<SharedFlags>, []>({
    brief: "Say what this machine lacks, or what will hurt its containers, and how to mend it",
    details: "Changes nothing. Exit code 1 where there is a problem; a note is none. With -v also what is right.",
    examples: ["doctor", "doctor -v", "doctor --json"],
    parameters: nameJson,
    load: () => import("./commands/doctor.ts"),
  }),
};

export const verbs = { ...configuration, ...host, ...diagnosis, ...containers };

const groups = { "The configuration": configuration, "The host": { ...host, ...diagnosis }, Containers: containers };

export function rootHelp(): string {
  const lines = Object.entries(groups).flatMap(([title, members]) => [
    `${title}:`,
    ...Object.entries(members).map(([name, { brief }]) => `  ${name.padEnd(8)} ${brief}`),
    "",
  ]);
  return `Declarative containers for any systemd Linux host.

usage: stowage [-c host.ts] <verb> …

${lines.join("\n")}
Of every verb:
  -h, --help       what it does, what it takes, examples
  -q, -v           say less, say more
  --json           the answer as JSON, where there is one
  --no-color       no colours (NO_COLOR is respected too)
  -c, --config     the configuration; default ./host.ts, else /etc/stowage/host.ts

Exit codes:
${exitCodeHelp}
`;
}

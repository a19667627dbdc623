/** The verbs about the machine as a whole. */

import { type Shell, shells } from "../complete/scripts.ts";
import {
  type BackFlag,
  backFlag,
  type ChangeFlags,
  count,
  oneOf,
  sharedAliases,
  sharedFlags,
  span,
  type ToFlag,
  toFlag,
} from "../flags.ts";
import type { HostFlags, SharedFlags } from "../session.ts";
import {
  type DiffFlags,
  type GcFlags,
  hostChange,
  hostJson,
  nameChange,
  nameJson,
  oneOptional,
  twoGenerations,
  type UninstallFlags,
  type WithJson,
} from "./parts.ts";
import { verb } from "./verb.ts";

export const host = {
  plan: verb<WithJson<HostFlags>, []>({
    brief: "Show what switch would do to every unit, container and file, and why",
    details: "Exit code 0: nothing to do; 2: something to do.",
    examples: ["plan", "plan --json"],
    parameters: hostJson,
    load: () => import("../commands/plan.ts"),
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
    load: () => import("../commands/switch.ts"),
  }),
  boot: verb<HostFlags & ChangeFlags, []>({
    brief: "Give the next boot what the configuration says, and leave the machine as it is until then",
    details:
      "Everything is built now. What runs goes on; what is started, stopped or restarted before the boot has its former definition.",
    examples: ["boot", "boot --json"],
    parameters: hostChange,
    load: () => import("../commands/boot.ts"),
  }),
  test: verb<HostFlags & ChangeFlags & BackFlag, []>({
    brief: "Make the machine what the configuration says, until the next boot, which has what it had",
    details: "As switch does it, but for that. `stowage switch` makes it stay, `stowage rollback` ends it.",
    examples: ["test", "test --rollback-on-failure"],
    parameters: { ...hostChange, flags: { ...hostChange.flags, ...backFlag } },
    load: () => import("../commands/test.ts"),
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
    load: () => import("../commands/rollback.ts"),
  }),
  generations: verb<WithJson<SharedFlags>, [container?: string]>({
    brief: "List the generations that are kept: when each became current, and its containers",
    details: "With a container: those in which it came, went or is another than before.",
    examples: ["generations", "generations web", "generations --json"],
    parameters: { ...nameJson, positional: oneOptional("A container", "name") },
    load: () => import("../commands/generations.ts"),
  }),
  diff: verb<DiffFlags, [a?: string, b?: string]>({
    brief: "Show what is different between two generations: settings, packages, units, files",
    details:
      "Without anything: the former one and the machine's. With one: that one and the machine's. A generation is a number, or one of the words current (the next boot's) and active (the machine's). Passwords, and files that not everybody may read, are named and not shown. Exit code 0, whether they differ or not.",
    examples: ["diff", "diff 12", "diff 12 14 --text", "diff --config host.ts", "diff --json"],
    parameters: twoGenerations,
    load: () => import("../commands/diff.ts"),
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
    load: () => import("../commands/gc.ts"),
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
    load: () => import("../commands/uninstall.ts"),
  }),
};

export const diagnosis = {
  doctor: verb<WithJson<SharedFlags>, []>({
    brief: "Say what this machine lacks, or what will hurt its containers, and how to mend it",
    details: "Changes nothing. Exit code 1 where there is a problem; a note is none. With -v also what is right.",
    examples: ["doctor", "doctor -v", "doctor --json"],
    parameters: nameJson,
    load: () => import("../commands/doctor.ts"),
  }),
  completion: verb<SharedFlags, [shell: Shell]>({
    brief: "Print what makes a shell complete verbs, flags, names of containers, options and generations",
    details:
      "At each Tab the shell asks stowage itself; no host.ts is loaded for that. Without root the names are those of the units that everybody sees.",
    examples: [
      "completion bash > /etc/bash_completion.d/stowage",
      "completion zsh > /usr/local/share/zsh/site-functions/_stowage",
      "completion fish > /etc/fish/completions/stowage.fish",
    ],
    parameters: {
      flags: sharedFlags,
      aliases: sharedAliases,
      positional: {
        kind: "tuple",
        parameters: [{ brief: "bash, zsh or fish", placeholder: "shell", parse: oneOf(shells) }],
      },
    },
    load: () => import("../commands/completion.ts"),
  }),
};

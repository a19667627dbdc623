/** Every verb: its words for --help, what it takes, and where its code is. */

import { type ImageFormat, imageFormats } from "../systems/image/format.ts";
import { exitCodeHelp } from "./exit-codes.ts";
import { count, hostAliases, hostFlags, jsonFlag, sharedAliases, sharedFlags, textParameter } from "./flags.ts";
import type { HostFlags, SharedFlags } from "./session.ts";
import { verb } from "./verb.ts";

type WithJson<Flags> = Flags & { readonly json?: boolean };
export type LogsFlags = WithJson<SharedFlags> & {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly since?: string;
  readonly unit?: string;
};
export type OptionsFlags = HostFlags & { readonly markdown?: boolean; readonly schema?: boolean };
export type ImageFlags = WithJson<HostFlags> & {
  readonly format: ImageFormat;
  readonly output?: string;
  readonly force?: boolean;
};
export type RunFlags = SharedFlags & {
  readonly user?: string;
  readonly cwd?: string;
  readonly env?: readonly string[];
};

const one = (brief: string, placeholder: string) =>
  ({ kind: "tuple", parameters: [textParameter(brief, placeholder)] }) as const;
const oneOptional = (brief: string, placeholder: string) =>
  ({ kind: "tuple", parameters: [{ ...textParameter(brief, placeholder), optional: true }] }) as const;
const names = { kind: "array", minimum: 1, parameter: textParameter("A container", "name") } as const;

const hostVerb = { flags: hostFlags, aliases: hostAliases };
const hostJson = { flags: { ...hostFlags, ...jsonFlag }, aliases: hostAliases };
const nameJson = { flags: { ...sharedFlags, ...jsonFlag }, aliases: sharedAliases };

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
    brief: "Pin the newest versions of all packages in stowage.lock, and print what changes",
    details:
      "Nothing is built or switched. With names of containers: their flakes are built anew instead, and running ones take over what is new.",
    examples: ["update", "update --json", "update web"],
    parameters: {
      ...hostJson,
      positional: { kind: "array", parameter: textParameter("A container with a flake", "name") },
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
  switch: verb<WithJson<HostFlags>, []>({
    brief: "Make the machine what the configuration says: now, and at every boot",
    details: "Nothing changed: nothing is printed, nothing is done.",
    examples: ["switch", "-c /srv/hosts/alpha/host.ts switch"],
    parameters: hostJson,
    load: () => import("./commands/switch.ts"),
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

const containers = {
  list: verb<WithJson<SharedFlags>, []>({
    brief: "List the containers: state, address, ports",
    examples: ["list", "list --json"],
    parameters: nameJson,
    load: () => import("./commands/list.ts"),
  }),
  status: verb<WithJson<SharedFlags>, [name: string]>({
    brief: "Say whether a container is up, down or gone, and more about it",
    details: "Exit code 1 where it is gone.",
    examples: ["status web"],
    parameters: { ...nameJson, positional: one("The container", "name") },
    load: () => import("./commands/status.ts"),
  }),
  "show-ip": verb<SharedFlags, [name: string]>({
    brief: "Print a container's declared address, without a prefix length: IPv4, else IPv6",
    examples: ["show-ip web"],
    parameters: { flags: sharedFlags, aliases: sharedAliases, positional: one("The container", "name") },
    load: () => import("./commands/show-ip.ts"),
  }),
  start: verb<SharedFlags, string[]>({
    brief: "Start containers and wait until they are ready",
    examples: ["start web", "start web db"],
    parameters: { flags: sharedFlags, aliases: sharedAliases, positional: names },
    load: () => import("./commands/start.ts"),
  }),
  stop: verb<SharedFlags, string[]>({
    brief: "Stop containers and wait until they are down",
    examples: ["stop web db"],
    parameters: { flags: sharedFlags, aliases: sharedAliases, positional: names },
    load: () => import("./commands/stop.ts"),
  }),
  reload: verb<SharedFlags, string[]>({
    brief: "Make running containers take over what is declared, in place",
    details: "For what a switch left for later, or did not come to. Nothing to do: nothing is touched.",
    examples: ["reload web"],
    parameters: { flags: sharedFlags, aliases: sharedAliases, positional: names },
    load: () => import("./commands/reload.ts"),
  }),
  run: verb<RunFlags, string[]>({
    brief: "Run a command in a container, through its own systemd",
    details: "Arguments arrive as they are given. Exit code: the command's.",
    examples: ["run web -- systemctl status", "run web --user www-data -- id", "run web -- sh -c 'echo $HOSTNAME'"],
    parameters: {
      flags: {
        ...sharedFlags,
        user: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "name",
          brief: "As this user; default root",
        },
        cwd: {
          kind: "parsed",
          parse: String,
          optional: true,
          placeholder: "dir",
          brief: "In this directory; default /",
        },
        env: {
          kind: "parsed",
          parse: String,
          optional: true,
          variadic: true,
          placeholder: "NAME=value",
          brief: "With this variable; can be given several times",
        },
      },
      aliases: { ...sharedAliases, u: "user", e: "env" },
      positional: {
        kind: "array",
        minimum: 2,
        parameter: textParameter("The container, then -- and the command", "name -- command"),
      },
    },
    load: () => import("./commands/run.ts"),
  }),
  logs: verb<LogsFlags, [name: string]>({
    brief: "Show a container's log: its service on the host, and the journal inside, as one",
    examples: ["logs web", "logs web -f", "logs web --since '10 minutes ago' --unit nginx"],
    parameters: {
      flags: {
        ...sharedFlags,
        ...jsonFlag,
        follow: { kind: "boolean", optional: true, brief: "Go on as lines come", withNegated: false },
        lines: {
          kind: "parsed",
          parse: count,
          optional: true,
          placeholder: "number",
          brief: "Only the last ones; default 100",
        },
        since: { kind: "parsed", parse: String, optional: true, placeholder: "time", brief: "As journalctl takes it" },
        unit: { kind: "parsed", parse: String, optional: true, placeholder: "unit", brief: "Only this unit inside" },
      },
      aliases: { ...sharedAliases, f: "follow", n: "lines", u: "unit" },
      positional: one("The container", "name"),
    },
    load: () => import("./commands/logs.ts"),
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

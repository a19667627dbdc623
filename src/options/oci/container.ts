/** `ociContainers.containers.<name>`. Contract and names: NixOS's `virtualisation.oci-containers.containers`. */
import { mkOption, types } from "../../modules/index.ts";
import { healthOptions } from "../health.ts";
import { resourcesOptions } from "../resources.ts";
import { secretsOptions } from "../secrets.ts";
import { confinementOptions } from "./confinement.ts";
import { imageOptions } from "./image.ts";
import { podmanOptions } from "./podman.ts";
import { memberOptions } from "./pods.ts";
import { reachOptions } from "./reach.ts";

const processOptions = {
  cmd: mkOption({
    type: types.listOf(types.environmentValue),
    default: [],
    example: ["--port=9000"],
    description:
      "Arguments after the image: the command, or arguments of its entry point. Each reaches the process as it is.",
  }),
  entrypoint: mkOption({
    type: types.nullOr(types.line),
    default: null,
    example: "/bin/my-app",
    description: "The program to run, instead of the image's own entry point.",
  }),
  environment: mkOption({
    type: types.attrsOf(types.environmentValue),
    default: {},
    example: { GREETING: 'say "hello", 100 %' },
    description:
      "Environment variables, byte for byte: quotes, line breaks, `$` and `%` mean themselves. Everyone on the host can read them: a password belongs into `environmentFiles` or `secrets`.",
  }),
  environmentFiles: mkOption({
    type: types.listOf(types.path),
    default: [],
    example: ["/etc/app/secret.env"],
    description: "Files with a NAME=value in each line, read by the engine when the container starts.",
  }),
  user: mkOption({
    type: types.nullOr(types.line),
    default: null,
    example: "nobody:nogroup",
    description: "User, and after `:` the group, that the process runs as; names of the image's, or numbers.",
  }),
  workdir: mkOption({
    type: types.nullOr(types.path),
    default: null,
    example: "/var/lib/app",
    description: "The directory that the process starts in. null: the image's.",
  }),
  hostname: mkOption({
    type: types.nullOr(types.hostName),
    default: null,
    description:
      "The host name inside. null: the container's name on the default network; else what the engine chooses.",
  }),
  labels: mkOption({
    type: types.attrsOf(types.environmentValue),
    default: {},
    example: { "traefik.enable": "true" },
    description: "Labels of the container, for programs that look at the engine.",
  }),
};

const lifeOptions = {
  autoStart: mkOption({
    type: types.bool,
    default: true,
    description: "Start the container when the host boots, and when a switch adds it.",
  }),
  autoRemoveOnStop: mkOption({
    type: types.bool,
    default: true,
    description:
      "Remove the container when it stops. false: it stays, for a look at it, until its next start; one that is no longer declared until it is removed by hand.",
  }),
  dependsOn: mkOption({
    type: types.listOf(types.str),
    default: [],
    example: ["database"],
    description:
      "Containers, of either kind, that must be ready before this one starts, and without which it does not run. One with a `healthcheck` is ready once that has passed.",
  }),
  serviceName: mkOption({
    type: types.nullOr(types.strMatching(/[A-Za-z0-9:_.@-]{1,200}/, "name of a service, without .service")),
    default: null,
    defaultText: "<backend>-<name>",
    example: "my-web",
    description: "Name of its systemd service, without `.service`.",
  }),
  logDriver: mkOption({
    type: types.strMatching(/[a-z0-9-]+/, "name of a log driver"),
    default: "journald",
    description: "Where its output goes. With journald it is the journal of its service.",
  }),
  preRunExtraOptions: mkOption({
    type: types.listOf(types.environmentValue),
    default: [],
    example: ["--runtime", "crun"],
    description: "Options of the engine's command itself, before `run` and whatever else its service has it do.",
  }),
  extraOptions: mkOption({
    type: types.listOf(types.environmentValue),
    default: [],
    example: ["--shm-size=256m"],
    description: "Further options of `run`, each as it is.",
  }),
};

export const ociContainerOptions = {
  ...imageOptions,
  ...processOptions,
  ...reachOptions,
  ...memberOptions,
  ...confinementOptions,
  ...secretsOptions,
  ...resourcesOptions,
  ...lifeOptions,
  ...podmanOptions,
  ...healthOptions,
};

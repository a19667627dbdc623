/** `healthcheck`, of both kinds of containers. Words and defaults: those of docker-run(1) and podman-run(1). */
import { mkOption, types } from "../modules/index.ts";

/** A time that is over some day. */
const finite = types.addCheck(types.timeSpan, (value) => value !== "infinity", "time span such as 5min 20s");
/** And is not over when it begins. */
const span = types.addCheck(finite, (value) => /[1-9]/.test(value), "time span such as 5min 20s, above zero");

export const healthOptions = {
  healthcheck: mkOption({
    type: types.nullOr(
      types.submodule({
        options: {
          command: mkOption({
            type: types.nonEmptyListOf(types.environmentValue),
            example: ["curl", "--fail", "http://127.0.0.1/health"],
            description:
              "A program that is run inside, and its arguments; each reaches it as it is. Status 0: healthy. A system container runs it as root by its own systemd, an OCI container as its own user.",
          }),
          interval: mkOption({
            type: span,
            default: "30s",
            example: "10s",
            description:
              "Time between two checks (systemd.time(7)). Until the first one has passed it is at most one second.",
          }),
          timeout: mkOption({
            type: span,
            default: "30s",
            description: "A check that takes longer is ended, and has failed.",
          }),
          retries: mkOption({
            type: types.ints.positive,
            default: 3,
            description: "So many checks that fail one after another make it unhealthy, and it is restarted.",
          }),
          startPeriod: mkOption({
            type: finite,
            default: "0s",
            example: "1min",
            description:
              "Time that it has after its start until checks that fail count. When none has passed after `startPeriod` and `retries` times `interval`, its start has failed.",
          }),
        },
      }),
    ),
    default: null,
    example: { command: ["curl", "--fail", "http://127.0.0.1/"], interval: "10s" },
    description:
      "How to tell whether the container does its work. Its service is ready, and what depends on it starts, once the check has passed; unhealthy, it is restarted.",
  }),
};

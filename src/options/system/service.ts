/** `systemd.services.<name>`. */
import { mkOption, types } from "../../modules/index.ts";
import { section, startedOptions, unitOptions } from "./unit.ts";

const script = (when: string) =>
  mkOption({ type: types.lines, default: "", description: `Shell commands (sh -e) run ${when}.` });

export const serviceOptions = {
  ...unitOptions,
  ...startedOptions,
  environment: mkOption({
    type: types.attrsOf(types.nullOr(types.oneOf(types.str, types.int))),
    default: {},
    example: { PORT: "8080" },
    description: "Variables of the service's processes. null: not set here after all.",
  }),
  path: mkOption({
    type: types.listOf(types.path),
    default: [],
    description: "Directories searched for programs before the usual ones.",
  }),
  script: script("as the service's main process; instead of ExecStart"),
  scriptArgs: mkOption({ type: types.listOf(types.str), default: [], description: "Arguments of `script`." }),
  preStart: script("before the main process starts"),
  postStart: script("after it has started"),
  preStop: script("to stop it"),
  postStop: script("after it has stopped, however it ended"),
  reload: script("to reload it"),
  serviceConfig: section(
    "Keys of the [Service] section (systemd.service(5), systemd.exec(5)). Given an ExecStart (or `script`), the unit is ours whole; else these keys are added to the unit that a package brings.",
    { ExecStart: "/usr/bin/my-app --port 8080", Restart: "on-failure" },
  ),
  restartIfChanged: mkOption({
    type: types.bool,
    default: true,
    description: "false: a changed service keeps running as it was.",
  }),
  reloadIfChanged: mkOption({
    type: types.bool,
    default: false,
    description: "true: a changed service is reloaded instead of restarted.",
  }),
  stopIfChanged: mkOption({
    type: types.bool,
    default: true,
    description:
      "true: a changed service is stopped with its old definition and started with the new one, and a socket by which it is started as well; false: restarted, and its socket goes on.",
  }),
  reloadTriggers: mkOption({
    type: types.listOf(types.str),
    default: [],
    description: "Any texts: when one of them changes, the service is reloaded.",
  }),
  startAt: mkOption({
    type: types.coercedTo(types.str, (time) => [time], types.listOf(types.str)),
    default: [],
    example: "daily",
    description: "Times at which the service is started (systemd.time(7), calendar events), by a timer of its name.",
  }),
};

/** `systemd.services` inside a container, with NixOS's names. */
import { mkOption, types } from "../../modules/index.ts";

const unitNames = (description: string) => mkOption({ type: types.listOf(types.unitName), default: [], description });

const script = (when: string) =>
  mkOption({ type: types.lines, default: "", description: `Shell commands (sh -e) run ${when}.` });

const sectionValue = types.oneOf(types.str, types.int, types.bool, types.listOf(types.str));

export const serviceOptions = {
  enable: mkOption({
    type: types.bool,
    default: true,
    description: "false: the unit is masked and cannot be started.",
  }),
  description: mkOption({
    type: types.singleLineStr,
    default: "",
    description: "What the service is, in a few words.",
  }),
  documentation: mkOption({
    type: types.listOf(types.singleLineStr),
    default: [],
    description: "URIs of documentation.",
  }),
  wantedBy: unitNames(
    "Units that start this one, if it can be started: multi-user.target for a service that always runs.",
  ),
  requiredBy: unitNames("Units that need this one: they fail when it does."),
  upheldBy: unitNames("Units that keep this one running for as long as they run."),
  wants: unitNames("Units started together with this one."),
  requires: unitNames("Units without which this one cannot run."),
  requisite: unitNames("Units that must run already, or this one fails at once."),
  bindsTo: unitNames("Units with which this one ends."),
  partOf: unitNames("Units with which this one is stopped and restarted."),
  conflicts: unitNames("Units that cannot run beside this one."),
  after: unitNames("Units that are started before this one."),
  before: unitNames("Units that are started after this one."),
  onFailure: unitNames("Units started when this one fails."),
  aliases: unitNames("Further names of this unit."),
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
  serviceConfig: mkOption({
    type: types.attrsOf(sectionValue),
    default: {},
    example: { ExecStart: "/usr/bin/my-app --port 8080", Restart: "on-failure" },
    description:
      "Keys of the [Service] section (systemd.service(5), systemd.exec(5)). A list becomes one line per element. Given an ExecStart (or `script`), the unit is ours whole; else these keys are added to the unit that a package brings.",
  }),
  unitConfig: mkOption({
    type: types.attrsOf(sectionValue),
    default: {},
    description: "Keys of the [Unit] section (systemd.unit(5)).",
  }),
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
      "true: a changed service is stopped with its old definition and started with the new one; false: restarted.",
  }),
  restartTriggers: mkOption({
    type: types.listOf(types.str),
    default: [],
    description: "Any texts: when one of them changes, the service is restarted.",
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

export const systemdOptions = {
  systemd: {
    services: mkOption({
      type: types.attrsOf(types.submodule({ options: serviceOptions })),
      default: {},
      example: { nginx: { wantedBy: ["multi-user.target"] } },
      description:
        "Services of the container by unit name without `.service`. A service that a package brings (nginx, ssh) is started by naming it with a `wantedBy`.",
    }),
  },
};

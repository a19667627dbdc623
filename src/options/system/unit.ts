/** What units of all kinds have in common, with NixOS's names. */
import { mkOption, types } from "../../modules/index.ts";

export const unitNames = (description: string) =>
  mkOption({ type: types.listOf(types.unitName), default: [], description });

const word = types.oneOf(types.str, types.number, types.bool);

/** Keys of a section of a unit file. */
export const section = (description: string, example: Record<string, string | number | boolean> = {}) =>
  mkOption({
    type: types.attrsOf(types.either(word, types.listOf(word))),
    default: {},
    ...(Object.keys(example).length > 0 && { example }),
    description: `${description} A list becomes one line per element; an empty string in it resets what was said before.`,
  });

export const unitOptions = {
  enable: mkOption({
    type: types.bool,
    default: true,
    description: "false: the unit is masked and cannot be started.",
  }),
  overrideStrategy: mkOption({
    type: types.enum("asDropinIfExists", "asDropin"),
    default: "asDropinIfExists",
    description:
      '"asDropin": everything is added to the unit that a package brings. "asDropinIfExists": so it is, but where what makes a unit of this kind is declared (a command, a time, an address, …), the unit is ours whole and takes the place of a package\'s.',
  }),
  description: mkOption({
    type: types.singleLineStr,
    default: "",
    description: "What the unit is, in a few words.",
  }),
  documentation: mkOption({
    type: types.listOf(types.singleLineStr),
    default: [],
    description: "URIs of documentation.",
  }),
  wantedBy: unitNames("Units that start this one, if it can be started: multi-user.target for what always runs."),
  requiredBy: unitNames("Units that need this one: they fail when it does."),
  upheldBy: unitNames("Units that keep this one running for as long as they run."),
  wants: unitNames("Units started together with this one."),
  requires: unitNames("Units without which this one cannot run."),
  requisite: unitNames("Units that must run already, or this one fails at once."),
  bindsTo: unitNames("Units with which this one ends."),
  partOf: unitNames("Units with which this one is stopped and restarted."),
  upholds: unitNames("Units that are kept running for as long as this one runs."),
  conflicts: unitNames("Units that cannot run beside this one."),
  after: unitNames("Units that are started before this one."),
  before: unitNames("Units that are started after this one."),
  onFailure: unitNames("Units started when this one fails."),
  onSuccess: unitNames("Units started when this one ends well."),
  aliases: unitNames("Further names of this unit."),
  unitConfig: section("Keys of the [Unit] section (systemd.unit(5))."),
};

/** Of units that do something by themselves, and can be started too often. */
export const startedOptions = {
  startLimitBurst: mkOption({
    type: types.nullOr(types.ints.unsigned),
    default: null,
    description: "How often the unit may be started within startLimitIntervalSec. null: as systemd has it, 5 times.",
  }),
  startLimitIntervalSec: mkOption({
    type: types.nullOr(types.either(types.ints.unsigned, types.timeSpan)),
    default: null,
    description: "The time for startLimitBurst, a number in seconds. null: as systemd has it, 10 s; 0: no limit.",
  }),
  restartTriggers: mkOption({
    type: types.listOf(types.str),
    default: [],
    description: "Any texts: when one of them changes, the unit is restarted.",
  }),
};

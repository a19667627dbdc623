/** OCI containers of a generation of ours as facts: read from the text that systemd would read. */
import type { ContainerPart, Generation } from "../../../src/compile/index.ts";
import { splitWords } from "../../../src/units/index.ts";
import { sortedList } from "../lists.ts";
import { ReadUnit } from "../observe.ts";
import type { ImageFacts, OciContainerFacts, OciFacts } from "./facts.ts";
import { commandText, runFacts, secondsText } from "./words.ts";

export function observeOci(generation: Generation): OciFacts {
  const parts = Object.values(generation.containers).filter(({ kind }) => kind === "oci");
  return {
    containers: Object.fromEntries(parts.map((part) => [part.name, containerFacts(generation, part)])),
    engines: sortedList(parts.flatMap(({ oci }) => oci?.engine ?? [])),
  };
}

/** Units of ours: what they do for the container is told where they do it. */
const isOurs = (unit: string): boolean => unit.startsWith("stowage-");

/** Keys that are facts of another kind, or no more than how something is done that is one. */
const explained = new Set(
  (
    "Description Wants After Requires RequiresMountsFor Type NotifyAccess Restart TimeoutStartSec TimeoutStopSec User " +
    "RuntimeDirectory Delegate Environment ExecStartPre ExecStart ExecStartPost ExecStop ExecStopPost X-Restart-Triggers"
  ).split(" "),
);

function containerFacts(generation: Generation, part: ContainerPart): OciContainerFacts {
  const unit = new ReadUnit(generation, part.unit);
  const commands = (key: string) => unit.commands(key).map(withoutJournal);
  const others = (key: string) => sortedList(unit.units(key).filter((one) => one !== "" && !isOurs(one)));
  const starts = [...commands("ExecStartPre"), ...commands("ExecStart")];
  const { run, pull } = runFacts(asOneRun(starts));
  const isRemoved = run.options.includes("--replace") || starts.some((argv) => / rm -f /.test(commandText(argv)));
  return {
    unit: {
      name: part.unit,
      wantedBy: Object.entries(generation.unitLinks).flatMap(([link, target]) =>
        target === `../${part.unit}` ? [link.replace(/\.wants\/.*$/, "")] : [],
      ),
      after: others("After"),
      wants: others("Wants"),
      requires: others("Requires"),
      mountsFor: sortedList(unit.words("RequiresMountsFor")),
      restartIfChanged: unit.one("X-RestartIfChanged") !== "no",
    },
    service: {
      type: unit.one("Type") || "simple",
      notifyAccess: unit.one("NotifyAccess"),
      restart: unit.one("Restart"),
      timeoutStart: secondsText(unit.one("TimeoutStartSec")),
      timeoutStop: secondsText(unit.one("TimeoutStopSec")),
      user: unit.one("User") || "root",
      runtimeDirectory: unit.one("RuntimeDirectory"),
      delegate: unit.one("Delegate") === "yes",
      environment: environmentOf(unit),
      stopCanFail: unit.raw("ExecStop").some((line) => !line.startsWith("-")),
      settings: Object.fromEntries(
        unit
          .keys()
          .filter((key) => !explained.has(key))
          .map((key) => [key, unit.one(key)]),
      ),
    },
    image: imageFacts(part, pull),
    run: { ...run, options: sortedList(run.options.map(namedOption)) },
    stale: isRemoved ? "removed" : "in the way",
    stop: commands("ExecStop").map(commandText).join("; "),
    afterStop: commands("ExecStopPost").map(commandText),
  };
}

/** Of docker a container with several networks is made, connected and started by commands of their own. */
function asOneRun(commands: readonly (readonly string[])[]): readonly string[] {
  const made = commands.find((argv) => argv.includes("run") || argv.includes("create"));
  if (made === undefined) throw new Error("nothing is run");
  const connected = commands.filter((argv) => argv.includes("connect")).map((argv) => `--network=${argv.at(-2)}`);
  const pull = made.findIndex((word) => word.startsWith("--pull"));
  return [...made.slice(0, pull), ...connected, ...made.slice(pull)];
}

/** What a command prints goes to the journal. */
function withoutJournal(argv: readonly string[]): readonly string[] {
  const isQuiet = argv[0] === "/usr/bin/systemd-cat";
  return isQuiet ? argv.slice(argv.findIndex((word, index) => index > 0 && !word.startsWith("--"))) : argv;
}

/** `%n` is the unit's name, as NixOS writes it too. */
const environmentOf = (unit: ReadUnit): string[] =>
  sortedList(unit.raw("Environment").flatMap((line) => splitWords(line).map((word) => word.replaceAll("%%", "%"))));

/** Address and hosts file are made by us for a network of ours. */
const namedOption = (option: string): string =>
  option
    .replace(/^--mac-address=02:57:.*$/, "--mac-address=<address>")
    .replace(/^--ip=10\.87\..*$/, "--ip=<address>")
    .replace(/^--mount=type=bind,source=\/run\/stowage\/oci-names\/hosts,.*$/, "--mount=<names>");

function imageFacts({ oci }: ContainerPart, pull: string): ImageFacts {
  const { kind, ...more } = oci?.source ?? { kind: "here" };
  const path = "path" in more ? more.path : null;
  const login = "login" in more ? more.login : null;
  return {
    when: pull === "never" ? "by the switch" : "at each start",
    from: path === null ? kind : `${kind} ${path}`,
    pull,
    login: login === null ? null : `${login.registry} as ${login.username}`,
  };
}

/** A measured case as facts. */
import { sortedList } from "../lists.ts";
import type { MeasuredOci, OciMeasured } from "./case.ts";
import type { OciContainerFacts, OciFacts } from "./facts.ts";
import { commandText, runFacts, secondsText } from "./words.ts";

export const nixosOciFacts = (measured: OciMeasured): OciFacts => ({
  containers: Object.fromEntries(measured.containers.map((one) => [one.container, containerFacts(one)])),
  engines: [...(measured.podmanEnabled ? ["podman"] : []), ...(measured.dockerEnabled ? ["docker"] : [])],
});

const argvOf = (command: MeasuredOci["preStartCommands"][number]): readonly string[] =>
  "argv" in command ? command.argv : command;

function containerFacts(one: MeasuredOci): OciContainerFacts {
  const before = one.preStartCommands.map(argvOf);
  const { run, pull } = runFacts(one.runArgv);
  const words = (section: "Unit" | "Install", key: string) =>
    sortedList((one[section][key] ?? "").split(" ").filter(Boolean));
  const login = before.find((argv) => argv[1] === "login");
  return {
    unit: {
      name: one.unit,
      wantedBy: words("Install", "WantedBy"),
      after: words("Unit", "After"),
      wants: words("Unit", "Wants"),
      requires: words("Unit", "Requires"),
      mountsFor: words("Unit", "RequiresMountsFor"),
      restartIfChanged: one.restartIfChanged,
    },
    service: {
      type: one.Service.Type ?? "simple",
      notifyAccess: one.Service.NotifyAccess ?? "",
      restart: one.Service.Restart ?? "",
      timeoutStart: secondsText(one.Service.TimeoutStartSec ?? ""),
      timeoutStop: secondsText(one.Service.TimeoutStopSec ?? ""),
      user: one.Service.User ?? "root",
      runtimeDirectory: one.Service.RuntimeDirectory ?? "",
      delegate: one.Service.Delegate === "true",
      environment: sortedList(one.environmentLines.map((line) => line.replace(/^"(.*)"$/, "$1"))),
      stopCanFail: one.stopExitWhenStopFails !== 0,
      settings: {},
    },
    image: {
      when: "at each start",
      from: loadedFrom(before),
      pull,
      login: login === undefined ? null : `${login[2]} as ${login[4]}`,
    },
    run,
    stale: before.some((argv) => commandText(argv).startsWith(`${one.backend} rm -f `)) ? "removed" : "in the way",
    stop: one.stopCommands.map(argvOf).map(commandText).join("; "),
    afterStop: one.postStopCommands.map(argvOf).map(commandText),
  };
}

/** A stream is a program of which only the output was looked at. */
function loadedFrom(before: readonly (readonly string[])[]): string {
  const load = before.find((argv) => argv[1] === "load");
  if (load === undefined) return "registry";
  return before.some(([program]) => program === "stream") ? "stream" : `file ${load[3]}`;
}

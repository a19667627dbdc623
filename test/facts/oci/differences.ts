/** Every way in which what we compile of an OCI container is not what NixOS compiles: as `../differences.ts`. */
import { sortedList } from "../lists.ts";
import type { OciInput, OciOptions } from "./case.ts";
import type { OciContainerFacts, OciFacts } from "./facts.ts";

type Draft<T> = { -readonly [K in keyof T]: Draft<T[K]> };

interface One {
  readonly name: string;
  readonly engine: "podman" | "docker";
  readonly options: OciOptions;
}

export interface OciDifference {
  /** The first cell of its row. */
  readonly row: string;
  readonly change: (facts: Draft<OciContainerFacts>, one: One) => void;
}

/** Our facts, as NixOS's and the differences say. */
export function expectedOci(facts: OciFacts, input: OciInput, used: (row: string) => void = () => {}): OciFacts {
  const draft = structuredClone(facts) as Draft<OciFacts>;
  const old = input.host?.["docker-containers"];
  for (const [name, one] of Object.entries(draft.containers)) {
    const options = (old ?? input.oci?.containers)?.[name];
    if (options === undefined) throw new Error(`no container ${name} in the case`);
    const engine = old !== undefined || input.oci?.backend === "docker" ? "docker" : "podman";
    for (const { row, change } of ociDifferences) {
      const before = JSON.stringify(one);
      change(one, { name, engine, options });
      if (JSON.stringify(one) !== before) used(row);
    }
  }
  return draft as OciFacts;
}

const without = (list: readonly string[], ...gone: readonly string[]): string[] =>
  list.filter((one) => !gone.includes(one));

const settings = (row: string, ours: Readonly<Record<string, string>>, of = "either"): OciDifference => ({
  row,
  change: ({ service }, { engine }) => {
    if (of === "either" || of === engine) Object.assign(service.settings, ours);
  },
});

const ociDifferences: readonly OciDifference[] = [
  {
    row: "When an image is fetched, or loaded",
    change: ({ image }, { options }) => {
      image.when = "by the switch";
      image.pull = "never";
      if (options.imageStream !== undefined) image.from = `stream ${options.imageStream}`;
    },
  },
  {
    row: "Waiting for network-online.target",
    change: ({ unit }) => {
      unit.after = without(unit.after, "network-online.target");
      unit.wants = without(unit.wants, "network-online.target");
    },
  },
  {
    row: "Where the container's id is kept",
    change: (facts, { name }) => {
      const rename = (text: string) => text.replace(`/run/${name}/ctr-id`, `/run/podman-${name}/ctr-id`);
      if (facts.service.runtimeDirectory !== "") facts.service.runtimeDirectory = `podman-${name}`;
      facts.run.options = sortedList(facts.run.options.map(rename));
      facts.stop = rename(facts.stop);
      facts.afterStop = facts.afterStop.map(rename);
    },
  },
  {
    row: "Whose control group it is in, with podman",
    change: ({ run, service }, { engine }) => {
      if (engine === "docker") return;
      run.options = sortedList(run.options.map((option) => option.replace(/^--cgroups=enabled$/, "--cgroups=split")));
      service.delegate = true;
    },
  },
  {
    row: 'Who tells of `sdnotify: "healthy"`',
    change: ({ run }) => {
      run.options = sortedList(
        run.options.map((option) => option.replace(/^--sdnotify=healthy$/, "--sdnotify=conmon")),
      );
    },
  },
  {
    row: "When docker's service is up",
    change: ({ service }, { engine }) => {
      if (engine === "docker") service.type = "exec";
    },
  },
  {
    row: "`preRunExtraOptions`",
    change: (facts, { options: { preRunExtraOptions = [] } }) => {
      const words = preRunExtraOptions.map((word) => `${word} `).join("");
      const withWords = (text: string) => text.replace(" ", ` ${words}`);
      facts.stop = withWords(facts.stop);
      facts.afterStop = facts.afterStop.map(withWords);
    },
  },
  {
    row: "`autoRemoveOnStop: false`",
    change: (facts, { options: { autoRemoveOnStop = true } }) => {
      if (!autoRemoveOnStop) facts.afterStop = [];
    },
  },
  {
    row: "What docker's service needs",
    change: ({ unit }, { engine }) => {
      if (engine === "docker") unit.requires = sortedList([...unit.requires, "docker.service", "docker.socket"]);
    },
  },
  {
    row: "A container without `networks`",
    change: ({ run }, { name, options }) => {
      const isRootless = (options.podman?.user ?? "root") !== "root";
      const isElsewhere = (options.networks ?? []).length > 0 || options.extraOptions?.includes("--network=host");
      if (isRootless || isElsewhere) return;
      const isHostName = /^[A-Za-z0-9-]+$/.test(name);
      run.options = sortedList([
        ...run.options,
        "--network=stowage",
        "--ip=<address>",
        "--mac-address=<address>",
        ...(isHostName ? ["--mount=<names>"] : []),
        ...(isHostName && options.hostname === undefined ? [`--hostname=${name}`] : []),
      ]);
    },
  },
  settings("A podman container whose supervisor is killed", { KillMode: "mixed" }, "podman"),
  {
    row: "What a rootless container's service needs",
    change: ({ unit, service }, { options }) => {
      if ((options.podman?.user ?? "root") === "root") return;
      const isOfUser = (one: string) => /^(linger-users|user@\d+)\.service$/.test(one);
      unit.after = unit.after.filter((one) => !isOfUser(one));
      unit.wants = unit.wants.filter((one) => !isOfUser(one));
      unit.requires = unit.requires.filter((one) => !isOfUser(one));
      service.settings.KillMode = "process";
      const own = ["DBUS_SESSION_BUS_ADDRESS=disabled:", "XDG_RUNTIME_DIR=/run/user/1000"];
      service.environment = sortedList([...service.environment, ...own]);
    },
  },
  {
    row: "Who makes the control groups of a rootless container",
    change: (facts, { options }) => {
      if ((options.podman?.user ?? "root") === "root") return;
      const word = "--cgroup-manager=cgroupfs";
      const withWord = (text: string) => text.replace(" ", ` ${word} `);
      facts.run.before = [word, ...facts.run.before];
      facts.stop = withWord(facts.stop);
      facts.afterStop = facts.afterStop.map(withWord);
    },
  },
  settings("Restart of an OCI container after a failure", { RestartSec: "1s", StartLimitIntervalSec: "0" }),
  settings("An OCI container that ends by the stop", { SuccessExitStatus: "143 137" }),
  {
    row: "The journal of an OCI container's service",
    change: ({ service }, { name, engine }) => {
      Object.assign(service.settings, { SyslogIdentifier: name, LogLevelMax: "info" });
      if (engine === "podman") Object.assign(service.settings, { StandardOutput: "null", StandardError: "journal" });
    },
  },
];

/** First cells of all rows. */
export const ociDifferenceRows = ociDifferences.map(({ row }) => row);

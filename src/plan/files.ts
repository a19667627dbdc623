/** Which files, units, links and hosts entries differ from what they should be, and which are in the way. */
import type { Generation, HostFile } from "../compile/generation.ts";
import type { Problem } from "../error.ts";
import { hostsText } from "../network/index.ts";
import { type Layout, madeFile } from "../store/layout.ts";
import { render } from "../units/index.ts";
import type { Former } from "./former.ts";
import type { Action, Observed, ObservedFile } from "./plan.ts";

export interface FileChange {
  readonly action: Action;
  readonly because: string;
}

export interface FileChanges {
  readonly changes: readonly FileChange[];
  readonly blocked: readonly Problem[];
  readonly notices: readonly string[];
}

/** All changes of files, in the order: removed, written; each sorted by name. */
export function diffFiles(former: Former, next: Generation, observed: Observed, layout: Layout): FileChanges {
  const back = givenBack(former, next, observed, layout);
  const written = [
    ...writtenUnits(former, next, observed, layout),
    ...writtenFiles(former, next, observed, new Set(back)),
  ];
  const isCut = former.interrupted;
  const removed = removedTexts(former, next, observed, layout);
  const links = diffLinks(former, next, observed, layout);
  const foreign = written.filter((one) => one.found !== null && !one.found.ours);
  return {
    changes: [...removed.changes, ...links.changes, ...written, ...diffHosts(former, next, observed)].map((one) =>
      onlyChange(one, isCut),
    ),
    blocked: [
      ...foreign.map(({ path, found }) => inTheWay(path, found?.link)),
      ...links.blocked,
      ...shadowed(former, next, observed),
    ],
    notices: [...removed.notices, ...back.map((path) => `${path} was edited by hand, and is kept as it is`)],
  };
}

/** After a cut nobody knows whose doing it is. */
const onlyChange = ({ action, because }: FileChange, isCut: boolean): FileChange => ({
  action,
  because: isCut ? because.replace("removed by hand", "missing").replace(" by hand", "") : because,
});

interface Written extends FileChange {
  readonly path: string;
  readonly found: ObservedFile | null;
}

function writtenUnits(former: Former, next: Generation, observed: Observed, layout: Layout): Written[] {
  return Object.values(next.units).flatMap((unit) =>
    written(
      `${layout.units}/${unit.name}`,
      render(unit),
      () => former.generations.flatMap((one) => one.units[unit.name] ?? []).map(render),
      observed,
      { do: "write-unit", unit: unit.name },
    ),
  );
}

/** @param kept paths at which what is there stays */
function writtenFiles(former: Former, next: Generation, observed: Observed, kept: ReadonlySet<string>): Written[] {
  return Object.entries(next.files).flatMap(([path, file]) => {
    if (kept.has(path)) return [];
    const formers = () => former.generations.flatMap((one) => one.files[path]?.text ?? []);
    return isEdited(file, formers, observed.files[path])
      ? []
      : written(path, file.text, formers, observed, { do: "write-file", path });
  });
}

/** By a person who may: a text that is none of ours, where we have nothing new to say. */
function isEdited(
  { text, editable }: HostFile,
  formers: () => readonly string[],
  found: ObservedFile | null | undefined,
): boolean {
  if (!editable || !found || found.link !== undefined) return false;
  const known = formers();
  return known.length > 0 && known.every((one) => one === text) && !known.includes(found.text);
}

/**
 * Definitions that a person edited, and that were left when host.ts took their containers over: these are made by hand
 * again. Their paths.
 */
function givenBack(former: Former, next: Generation, observed: Observed, layout: Layout): string[] {
  return Object.values(next.containers).flatMap(({ name, made }): string[] => {
    const path = madeFile(layout, name);
    const found = observed.files[path];
    const wasDeclared = former.generations.some(({ containers }) => containers[name] && !containers[name].made);
    if (!made || !wasDeclared || !found || found.link !== undefined || former.has("files", path)) return [];
    return found.text === next.files[path]?.text ? [] : [path];
  });
}

/** @param formers the texts that it may have by our doing */
function written(
  path: string,
  text: string,
  formers: () => readonly string[],
  observed: Observed,
  action: Action,
): Written[] {
  const found = observed.files[path] ?? null;
  if (found?.text === text && found.link === undefined) return [];
  return [{ path, found, action, because: changeOf(found?.text ?? null, formers()) }];
}

/** @param formers what it may be by our doing; none: it is new */
function changeOf(found: string | null, formers: readonly string[]): string {
  if (found === null) return formers.length === 0 ? "new" : "removed by hand";
  return formers.length === 0 || formers.includes(found) ? "changed" : "changed by hand";
}

function removedTexts(former: Former, next: Generation, observed: Observed, layout: Layout) {
  const units = former.gone("units", next).map((unit) => ({
    path: `${layout.units}/${unit}`,
    action: { do: "remove-unit", unit } as const,
  }));
  const files = former.gone("files", next).map((path) => ({ path, action: { do: "remove-file", path } as const }));
  const edited = editedDefinitions(former, next, observed, layout);
  const there = [...units, ...files].flatMap((one) => {
    const found = observed.files[one.path] ?? null;
    return found === null || edited.has(one.path) ? [] : [{ ...one, ours: found.ours }];
  });
  return {
    changes: there.filter((one) => one.ours).map(({ action }): FileChange => ({ action, because: noLonger })),
    notices: [
      ...there.filter((one) => !one.ours).map(({ path }) => `${path} is not ours any more: it is left as it is`),
      ...[...edited].map(([path, name]) => `${path} was edited by hand, and is left: ${name} is as host.ts says now`),
    ],
  };
}

/** Of containers that were made by hand and that host.ts declares now: what a person wrote there may not be there. By path. */
function editedDefinitions(former: Former, next: Generation, observed: Observed, layout: Layout): Map<string, string> {
  const taken = Object.keys(next.containers).filter(
    (name) => former.container(name)?.made && !next.containers[name]?.made,
  );
  return new Map(
    taken.flatMap((name): [string, string][] => {
      const path = madeFile(layout, name);
      const found = observed.files[path]?.text;
      const isOurs = former.generations.some((one) => one.files[path]?.text === found);
      return found === undefined || isOurs ? [] : [[path, name]];
    }),
  );
}

const noLonger = "no longer in the configuration";

function diffLinks(former: Former, next: Generation, observed: Observed, layout: Layout) {
  const changes: FileChange[] = [];
  const blocked: Problem[] = [];
  for (const link of former.gone("unitLinks", next)) {
    // A link that leads elsewhere is somebody's decision.
    if (former.linkTargets(link).includes(observed.unitLinks[link] ?? ""))
      changes.push({ action: { do: "remove-unit-link", link }, because: linkGone(link, next) });
  }
  for (const [link, target] of Object.entries(next.unitLinks)) {
    const found = observed.unitLinks[link] ?? null;
    if (found === target) continue;
    const isOurs = found === null || former.linkTargets(link).includes(found);
    if (!isOurs) blocked.push(inTheWay(`${layout.units}/${link}`));
    changes.push({
      action: { do: "write-unit-link", link, target },
      because: changeOf(found, former.linkTargets(link)),
    });
  }
  return { changes, blocked };
}

/** Links to containers are autoStart's. */
function linkGone(link: string, next: Generation): string {
  const unit = link.slice(link.lastIndexOf("/") + 1);
  const stays = Object.values(next.containers).some((container) => container.unit === unit);
  return stays ? "will not start at boot any more" : noLonger;
}

function diffHosts(former: Former, next: Generation, observed: Observed): FileChange[] {
  const text = hostsText(next.hosts);
  const found = observed.hosts ?? "";
  if (found === text) return [];
  const formers = former.generations.map((one) => hostsText(one.hosts));
  if (formers.length > 0 && !formers.includes(found))
    return [{ action: { do: "write-hosts" }, because: found === "" ? "removed by hand" : "changed by hand" }];
  const names = next.hosts.flatMap((entry) => entry.names);
  return [{ action: { do: "write-hosts" }, because: names.length === 0 ? noLonger : [...new Set(names)].join(", ") }];
}

/** systemd would run ours under the name of a unit that the host has from elsewhere, and whatever asks for that. */
const shadowed = (former: Former, next: Generation, { packaged = {} }: Observed): Problem[] =>
  Object.entries(packaged).flatMap(([unit, path]) => {
    if (former.has("units", unit) || !Object.hasOwn(next.units, unit)) return [];
    const owner = Object.values(next.containers).find((container) => container.unit === unit);
    const whose = owner === undefined ? "" : ` of container ${owner.name}`;
    return [
      {
        code: "foreign-unit",
        message: `the unit ${unit}${whose} would take the place of one that this host has: ${path}`,
        details: ["systemd would run ours wherever that one is asked for"],
        hint:
          owner?.kind === "oci"
            ? "give the container another serviceName"
            : "remove what brings that unit, or rename ours",
      },
    ];
  });

function inTheWay(path: string, link?: string): Problem {
  const unit = path.slice(path.lastIndexOf("/") + 1);
  if (link === "/dev/null" && path.includes("/systemd/"))
    return {
      code: "foreign-file",
      message: `${unit} is masked: ${path} leads to /dev/null`,
      details: ["somebody decided that it shall not start, which is not taken back"],
      hint: `systemctl unmask ${unit}, then switch again`,
    };
  return {
    code: "foreign-file",
    message: `${path} exists and is not ours`,
    details: ["it was not made by stowage, so it is neither overwritten nor removed"],
    hint: "move it away, then switch again",
  };
}

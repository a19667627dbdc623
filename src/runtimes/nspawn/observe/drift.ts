/**
 * What was changed by hand on the machine, beyond files that are compared anyway: cheap looks, one question to systemd, and
 * one program for our nft table. See `plan/drift.ts`.
 */
import { existsSync, lstatSync, readdirSync } from "node:fs";
import type { Generation } from "../../../compile/generation.ts";
import { run } from "../../../host/run.ts";
import type { Systemd } from "../../../host/systemd.ts";
import { type ObservedDrift, type ObservedTable, tableUnit } from "../../../plan/drift.ts";
import type { Observed, ObservedFile } from "../../../plan/plan.ts";
import { type Layout, storePath } from "../../../store/layout.ts";
import { render } from "../../../units/index.ts";
import { netUnit } from "../container.ts";

export interface DriftRequest {
  readonly layout: Layout;
  readonly systemd: Pick<Systemd, "states" | "unitsReadAt">;
  readonly ours: readonly Generation[];
  readonly next: Generation;
  readonly booted: boolean;
}

/** What others have to answer, who do so while we look at files. */
export interface Answers {
  readonly table: Promise<ObservedTable | null | undefined>;
  /** See {@link Systemd.unitsReadAt}. */
  readonly readAt: Promise<number>;
}

export function askAboutDrift({ systemd, booted }: DriftRequest, units: Observed["units"]): Answers {
  const isUp = ["active", "reloading"].includes(units[tableUnit]?.active ?? "");
  const answers = {
    table: booted && isUp ? readTable() : Promise.resolve(undefined),
    readAt: booted ? systemd.unitsReadAt() : Promise.resolve(0),
  };
  // Whoever waits for them is told; until then somebody else may have failed first.
  for (const answer of Object.values(answers)) answer.catch(() => undefined);
  return answers;
}

/** @param changed when a path was last changed, as it was found; undefined where nobody has looked */
export async function observeDrift(
  request: DriftRequest,
  observed: Observed,
  answers = askAboutDrift(request, observed.units),
  changed: ReadonlyMap<string, number> = new Map(),
): Promise<ObservedDrift> {
  const { layout, ours, next, booted } = request;
  const units = new Set([...ours, next].flatMap((one) => Object.keys(one.units)));
  const [readAt, table, startedWith] = await Promise.all([
    answers.readAt,
    answers.table,
    booted ? startedWithOthers(request, observed) : {},
  ]);
  const unread = isUnread(request, readAt, changed);
  const listed = new Set([...ours, next].flatMap((one) => Object.keys(one.files)));
  return {
    dropIns: dropInsOf(layout, units, listed),
    unread,
    ...(table !== undefined && { table }),
    startedWith,
    damaged: damagedOf(layout, next),
  };
}

/** systemd.unit(5), "UNIT FILE LOAD PATH": where administrators and `systemctl edit` and `set-property` write. */
const elsewhere = ["/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/system"];

function dropInsOf(layout: Layout, units: ReadonlySet<string>, listed: ReadonlySet<string>): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const directory of [layout.units, ...elsewhere])
    for (const entry of entriesOf(directory)) {
      const unit = entry.endsWith(".d") ? entry.slice(0, -2) : "";
      if (!units.has(unit)) continue;
      const paths = entriesOf(`${directory}/${entry}`)
        .filter((name) => name.endsWith(".conf"))
        .map((name) => `${directory}/${entry}/${name}`)
        .filter((path) => !listed.has(path));
      if (paths.length > 0) found[unit] = [...(found[unit] ?? []), ...paths.sort()];
    }
  return found;
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Clocks are read one after the other, and that of files is a little behind. */
const slack = 50;

/** Whether a unit of ours was written after systemd has read units: it runs with others than are on disk. */
function isUnread({ layout, ours }: DriftRequest, read: number, known: ReadonlyMap<string, number>): boolean {
  if (read === 0) return false;
  const names = ours.flatMap((one) => [...Object.keys(one.units), ...Object.keys(one.unitLinks)]);
  const paths = names.map((name) => `${layout.units}/${name}`);
  const now = Date.now();
  const changed = paths.map((path) => known.get(path) ?? changedAt(path)).filter((time) => time <= now);
  const readAt = Date.now() - (Number(process.hrtime.bigint()) / 1e6 - read / 1e3);
  return Math.max(...changed) > readAt + slack;
}

const changedAt = (path: string): number =>
  lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? Number.POSITIVE_INFINITY;

async function readTable(): Promise<ObservedTable | null | undefined> {
  const argv = ["nft", "--json", "list", "table", "inet", "stowage"];
  const { status, stdout, stderr } = await run(argv, { accept: "any", package: "nftables" });
  // Anything else that it says is not about the table.
  if (status !== 0) return /No such file or directory/.test(stderr) ? null : undefined;
  return tableOf(JSON.parse(stdout) as { nftables?: readonly NftObject[] });
}

interface NftObject {
  readonly chain?: { readonly name: string };
  readonly rule?: { readonly chain: string };
  readonly map?: { readonly name: string; readonly elem?: readonly unknown[] };
  readonly set?: { readonly name: string; readonly elem?: readonly unknown[] };
}

/** Facts: libnftables-json(5). */
export function tableOf({ nftables = [] }: { readonly nftables?: readonly NftObject[] }): ObservedTable {
  const rules: Record<string, number> = {};
  const elements: Record<string, number> = {};
  for (const { chain, rule, map, set } of nftables) {
    if (chain !== undefined) rules[chain.name] ??= 0;
    if (rule !== undefined) rules[rule.chain] = (rules[rule.chain] ?? 0) + 1;
    const many = map ?? set;
    if (many !== undefined) elements[many.name] = many.elem?.length ?? 0;
  }
  return { rules, elements };
}

/** Only where a file is not as any generation of ours has it is systemd asked when the unit was started. */
async function startedWithOthers(request: DriftRequest, observed: Observed): Promise<Record<string, string>> {
  const { systemd } = request;
  const edited = editedFiles(request, observed);
  if (edited.length === 0) return {};
  const states = await systemd.states([...new Set(edited.map(({ unit }) => unit))]);
  return Object.fromEntries(
    edited.flatMap(({ unit, path }) => {
      const since = states[unit]?.since ?? null;
      const written = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
      return since !== null && written !== undefined && written < since ? [[unit, path]] : [];
    }),
  );
}

/** Unit files, and files that a container's network is made from, that are other than they were written. */
function editedFiles({ layout, ours, next }: DriftRequest, observed: Observed) {
  const isWanted = (name: string, found: ObservedFile | null | undefined) => {
    const unit = next.units[name];
    return unit !== undefined && found?.text === render(unit);
  };
  const edited = new Map<string, string>();
  const fine = new Set<string>();
  const look = (path: string, text: string, unitOf: (path: string) => string | undefined) => {
    const found = observed.files[path]?.text;
    if (found === text) fine.add(path);
    else if (found !== undefined) {
      const unit = unitOf(path);
      if (unit !== undefined) edited.set(path, unit);
    }
  };
  const networkDir = `${layout.etc}/network/`;
  for (const one of ours) {
    for (const unit of Object.values(one.units)) {
      const path = `${layout.units}/${unit.name}`;
      // What is as it should be makes no difference, whoever has written it; and most are.
      if (!isWanted(unit.name, observed.files[path])) look(path, render(unit), () => unit.name);
    }
    for (const [path, { text }] of Object.entries(one.files))
      if (path.startsWith(networkDir)) look(path, text, networkOf);
  }
  return [...edited].flatMap(([path, unit]) => (fine.has(path) ? [] : [{ path, unit }]));
}

/** The unit of the network that a file is for. */
function networkOf(path: string): string | undefined {
  const container = /\/network\/([^./]+)\.[a-z-]+$/.exec(path)?.[1];
  return container === undefined ? undefined : netUnit(container);
}

/** A whole store path has all of these: two looks at each, no more. */
function damagedOf(layout: Layout, next: Generation): Record<string, string> {
  return Object.fromEntries(
    Object.entries(next.systems).flatMap(([name, { kind }]) => {
      const path = storePath(layout, name);
      if (!existsSync(path)) return [];
      const parts = kind === "toplevel" ? ["recipe.json", "take-over"] : ["recipe.json", "usr"];
      const lacks = parts.find((part) => !existsSync(`${path}/${part}`));
      return lacks === undefined ? [] : [[name, lacks]];
    }),
  );
}

/**
 * Drift: what somebody changed by hand since the last switch, beyond files, links and hosts entries, which are compared
 * with what they should be at each plan. What is ours is taken back; what is not is told, and left as it is.
 */
import type { Generation } from "../compile/generation.ts";
import type { Layout } from "../store/layout.ts";
import { compare, parse } from "../units/index.ts";
import { isUp, runningIn } from "./decide.ts";
import type { FileChange } from "./files.ts";
import type { Observed } from "./plan.ts";
import type { Subject } from "./subject.ts";
import type { ContainerSubject } from "./subjects.ts";

export interface ObservedDrift {
  /** Drop-ins of others, by the unit of ours that they add to. */
  readonly dropIns: Readonly<Record<string, readonly string[]>>;
  /** A unit file or link of ours is younger than what systemd has read. */
  readonly unread: boolean;
  /** Our nft table, where the unit that makes it runs; null: it is gone. */
  readonly table?: ObservedTable | null;
  /** Units that were started after a file of theirs was changed by hand: that file. */
  readonly startedWith: Readonly<Record<string, string>>;
  /** Store paths that lack something: what. */
  readonly damaged: Readonly<Record<string, string>>;
}

export interface ObservedTable {
  /** By chain: how many rules it has. */
  readonly rules: Readonly<Record<string, number>>;
  /** By map or set: how many elements it has. */
  readonly elements: Readonly<Record<string, number>>;
}

export const tableUnit = "stowage-nftables.service";
const sysctlUnit = "stowage-sysctl.service";

/** What differs between a unit and that which it was started with, because its files were changed by hand: keys as `compare` tells them. */
export function startedWithOther(unit: string, next: Generation, observed: Observed, layout: Layout): string[] {
  const path = observed.drift?.startedWith[unit];
  const wanted = next.units[unit];
  if (path === undefined || wanted === undefined) return [];
  if (path !== `${layout.units}/${unit}`) return ["Unit.what it was started with"];
  const comparison = compare(parse(unit, observed.files[path]?.text ?? ""), wanted);
  return comparison === "equal" ? [] : [...comparison.changed];
}

/** Rules of a text for `nft -f`, by chain. */
export function rulesIn(text: string): Record<string, number> {
  const rules: Record<string, number> = {};
  let chain: string | null = null;
  for (const line of text.split("\n").map((one) => one.trim())) {
    const begins = /^chain (\S+) \{$/.exec(line)?.[1];
    if (begins !== undefined) {
      chain = begins;
      rules[chain] = 0;
    } else if (line === "}") chain = null;
    else if (chain !== null && line !== "" && !/^(#|type )/.test(line)) rules[chain] = (rules[chain] ?? 0) + 1;
  }
  return rules;
}

/** By map or set: the elements that a text for `nft -f` adds. */
export function elementsIn(text: string): [set: string, element: string][] {
  const found = text.matchAll(/^add element inet stowage (\S+) \{ (.+) \}$/gm);
  return [...found].map(([, set = "", element = ""]) => [set, element]);
}

/** Our table as it should be is loaded again, in place; containers that run add their ports again. */
export function tableDrift(
  next: Generation,
  observed: Observed,
  layout: Layout,
  containers: readonly ContainerSubject[],
): { readonly table: Subject[]; readonly ports: string[] } {
  const table = observed.drift?.table;
  const base = next.files[`${layout.etc}/nftables.nft`]?.text;
  if (table === undefined || base === undefined || !isUp(runningIn(observed.units, tableUnit)))
    return { table: [], ports: [] };
  const rules = Object.entries(rulesIn(base));
  const isWhole = table !== null && rules.every(([chain, count]) => table.rules[chain] === count);
  const because = table === null ? "its table is gone" : "its rules were changed by hand";
  return {
    table: isWhole ? [] : [{ unit: tableUnit, decision: "reload", because }],
    ports: withoutPorts(next, table?.elements ?? {}, layout, containers),
  };
}

/** Containers that go on as they run, and of whose ports some are not in the table. */
function withoutPorts(
  next: Generation,
  found: ObservedTable["elements"],
  layout: Layout,
  containers: readonly ContainerSubject[],
): string[] {
  const running = containers.filter(
    ({ running, decision, next }) => next !== null && running === "running" && ["none", "reload"].includes(decision),
  );
  const own = running.map(({ name }) => {
    return [name, elementsIn(next.files[`${layout.etc}/network/${name}.nft`]?.text ?? "")] as const;
  });
  const wanted = new Map<string, Set<string>>();
  for (const [set, element] of own.flatMap(([, elements]) => elements))
    wanted.set(set, (wanted.get(set) ?? new Set()).add(element));
  const lacking = new Set([...wanted].flatMap(([set, all]) => ((found[set] ?? 0) < all.size ? set : [])));
  return own.flatMap(([name, elements]) => (elements.some(([set]) => lacking.has(set)) ? name : []));
}

/** The host's settings were changed with the file that has them: they are applied again. */
export function settingsDrift(changes: readonly FileChange[], next: Generation): Subject[] {
  const edited = changes.find(
    ({ action, because }) =>
      action.do === "write-file" && /^\/(etc|usr\/lib)\/sysctl\.d\//.test(action.path) && /by hand$/.test(because),
  );
  if (edited === undefined || !Object.hasOwn(next.units, sysctlUnit)) return [];
  return [{ unit: sysctlUnit, decision: "start", because: "its settings were changed by hand", isAlone: true }];
}

/** What is not ours to mend: told, also where there is nothing to do. */
export function foreignDrift({ drift, containers }: Observed, next: Generation): string[] {
  const paused = Object.values(next.containers).flatMap(({ name, oci }) =>
    oci === undefined || containers[name]?.engine !== "paused"
      ? []
      : `container ${name} was paused by hand, and is left so: ${oci.engine} unpause ${name}${oci.user === "root" ? "" : `, as ${oci.user}`}`,
  );
  if (drift === undefined) return paused;
  const added = Object.entries(drift.dropIns).map(
    ([unit, paths]) => `${unit} has more than stowage gave it, by ${paths.join(", ")}: not ours, and left as it is`,
  );
  const damaged = Object.entries(drift.damaged).map(([name, lack]) => {
    const users = Object.values(next.containers).filter(({ system, packages }) => system === name || packages === name);
    const whose = users.length === 0 ? "" : `, for ${users.map((one) => one.name).join(", ")}`;
    return `the store path ${name}${whose} is damaged: it lacks ${lack}; remove it, and it is built again`;
  });
  return [...paused, ...added, ...damaged];
}

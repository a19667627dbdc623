/** A difference as text for people. For programs there is the value itself. */
import { splitWords } from "../../units/index.ts";
import type {
  AccountDifference,
  Change,
  ContainerDifference,
  Difference,
  FileDifference,
  InsideDifference,
  KeyDifference,
  UnitDifference,
  ValueDifference,
} from "./difference.ts";
import { unifiedHunks } from "./lines.ts";

export interface RenderOptions {
  /** What differs in the texts of files, line by line. */
  readonly text?: boolean;
  /** Also what is left out for being much: packages that nobody asked for, and all of what is new or gone. */
  readonly all?: boolean;
  /** What the two are called in the headers of texts. */
  readonly names: readonly [from: string, to: string];
}

/** So many packages are named that nobody asked for. */
const fewPackages = 10;

/** "" where they are equal. Ends with a line break otherwise. */
export function renderDifference(difference: Difference, options: RenderOptions): string {
  const { units, links, files, hosts } = difference.shared;
  const sections = [
    ...Object.entries(difference.containers).map(([name, one]) => containerText(name, one, options)),
    titled("host", [
      ...unitLines(units),
      ...valueLines(links),
      ...fileLines(files),
      ...hosts.map(({ line, change }) => `${sign(change)} /etc/hosts: ${line}`),
    ]),
    ...(options.text ? [...shownFiles(difference, options)].map((file) => textOf(file, options.names)) : []),
  ];
  const shown = sections.filter((section) => section !== "");
  return shown.length === 0 ? "" : `${shown.join("\n\n")}\n`;
}

const sign = (change: Change): string => ({ added: "+", removed: "-", changed: "~" })[change];

const titled = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? "" : [title, ...lines.map((line) => `  ${line}`)].join("\n");

function containerText(name: string, one: ContainerDifference, { all = false }: RenderOptions): string {
  const isWhole = isShownWhole(one, all);
  const parts = isWhole ? [...unitLines(one.units), ...valueLines(one.links), ...fileLines(one.files)] : [];
  const inside = isWhole ? insideLines(one.inside) : [];
  const packages = packageLines(one, all);
  return [
    `${sign(one.change)} container ${name}`,
    ...[
      ...valueLines(one.settings),
      ...titledLines("packages", packages),
      ...parts,
      ...titledLines("inside", inside),
    ].map((line) => `  ${line}`),
  ].join("\n");
}

/** Of what is new or gone its settings and packages say enough. */
const isShownWhole = ({ change }: ContainerDifference, all: boolean): boolean => change === "changed" || all;

const titledLines = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];

function packageLines({ packages }: ContainerDifference, all: boolean): string[] {
  const asked = packages.filter((one) => one.requested).length;
  const shown = all || packages.length <= asked + fewPackages ? packages : packages.slice(0, asked + fewPackages);
  const more = packages.length - shown.length;
  return [
    ...shown.map(({ name, from, to }) => {
      if (from === null) return `+ ${name} ${to}`;
      return to === null ? `- ${name} ${from}` : `~ ${name} ${from} → ${to}`;
    }),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

function insideLines({ units, links, files, accounts, systems, others }: InsideDifference): string[] {
  return [
    ...unitLines(units),
    ...valueLines(links),
    ...fileLines(files),
    ...accounts.flatMap(accountLines),
    ...systems.map(({ name, change }) => `${sign(change)} ${name}`),
    ...others.map((name) => `~ ${name}`),
  ];
}

function accountLines({ account, change, fields }: AccountDifference): string[] {
  const shown = fields.map((field) =>
    field.from === null && field.to === null ? `~ ${field.name}` : valueLine(field),
  );
  return [`${sign(change)} ${account}`, ...shown.map((line) => `    ${line}`)];
}

const valueLines = (values: readonly ValueDifference[]): string[] => values.map(valueLine);

function valueLine({ name, from, to }: ValueDifference): string {
  if (from === null) return `+ ${name}: ${shown(to)}`;
  return to === null ? `- ${name}: ${shown(from)}` : `~ ${name}: ${shown(from)} → ${shown(to)}`;
}

/** Of things that are made of more: what is not nothing. */
function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== false);
  return fields.map(([name, field]) => `${name} ${shown(field)}`).join(", ");
}

const fileLines = (files: readonly FileDifference[]): string[] =>
  files.map(({ path, change, what }) => {
    const others = what.filter((one) => one !== "text");
    return `${sign(change)} ${path}${others.length > 0 ? ` (${what.join(", ")})` : ""}`;
  });

const unitLines = (units: readonly UnitDifference[]): string[] =>
  units.flatMap(({ unit, change, keys }) => [
    `${sign(change)} ${unit}`,
    ...keys.flatMap(keyLines).map((line) => `    ${line}`),
  ]);

/** Hashes, which say only that something differs. */
const isTrigger = (key: string): boolean => /^Unit\.X-(Restart|Reload)-Triggers$/.test(key);

/** Lines that are in one only; of long ones that stand for each other the words. */
function keyLines({ key, from, to }: KeyDifference): string[] {
  if (isTrigger(key) && from !== null && to !== null) return [`~ ${key}: what it reads changed`];
  const [gone, come] = [minus(from ?? [], to ?? []), minus(to ?? [], from ?? [])];
  if (gone.length + come.length === 0) return [`~ ${key}: in another order`];
  const isPair = (at: number) =>
    gone.length === come.length && (gone.length === 1 || startOf(gone, at) === startOf(come, at));
  const pairs = gone.flatMap((line, at) => (isPair(at) ? pairLines(key, line, come[at] ?? "") : [`- ${key}: ${line}`]));
  return [...pairs, ...come.flatMap((line, at) => (isPair(at) ? [] : [`+ ${key}: ${line}`]))];
}

/** The program of a command. */
const startOf = (lines: readonly string[], at: number): string => lines[at]?.split(" ", 1)[0] ?? "";

function pairLines(key: string, old: string, now: string): string[] {
  const words = old.length + now.length > 120 ? wordLines(key, old, now) : [];
  return words.length > 0 ? words : [`~ ${key}: ${old} → ${now}`];
}

function wordLines(key: string, old: string, now: string): string[] {
  const [gone, come] = [minus(splitWords(old), splitWords(now)), minus(splitWords(now), splitWords(old))];
  return [...gone.map((word) => `- ${key}: … ${word} …`), ...come.map((word) => `+ ${key}: … ${word} …`)];
}

/** Each as often as it is in the first more than in the second. */
function minus(all: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return all.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

interface Shown extends FileDifference {
  /** "container web", "host" */
  readonly where: string;
}

function* shownFiles({ containers, shared }: Difference, { all = false }: RenderOptions): Generator<Shown> {
  for (const [name, one] of Object.entries(containers)) {
    if (!isShownWhole(one, all)) continue;
    for (const file of one.files) yield { ...file, where: "host" };
    for (const file of one.inside.files) yield { ...file, where: `container ${name}` };
  }
  for (const file of shared.files) yield { ...file, where: "host" };
}

function textOf({ path, where, what, texts }: Shown, [from, to]: RenderOptions["names"]): string {
  const at = `${where}: ${path}`;
  if (texts === undefined)
    return what.length > 0 && !what.includes("text") ? "" : `${at}: not shown, as not everybody may read it`;
  const header = (side: string, text: string | null) => (text === null ? "/dev/null" : `${at} (${side})`);
  const hunks = unifiedHunks(texts.from ?? "", texts.to ?? "");
  return `--- ${header(from, texts.from)}\n+++ ${header(to, texts.to)}\n${hunks}`.trimEnd();
}

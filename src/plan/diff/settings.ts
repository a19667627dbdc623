/** How the parameters of a container differ: the words of its options. */
import { isSameValue, type ValueDifference } from "./difference.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The mark, names that are the same by what they are, and store paths, which say nothing to people. */
const leftOut = ["madeBy", "name", "unit", "root", "packages"];

/** By which of its fields an element of a list is known. */
const keyOf: Readonly<Record<string, (element: Fields) => string>> = {
  forwardPorts: ({ protocol, hostPort, hostAddress, interface: own }) =>
    [`${hostPort}/${protocol}`, ...[hostAddress, own].filter((one) => one !== null)].join(" "),
  macvlans: (element) => String(element.interface),
  allowedDevices: ({ node }) => String(node),
  bindMounts: ({ mountPoint }) => String(mountPoint),
  tmpfs: ({ mountPoint }) => String(mountPoint),
};

/** @param before texts of parameter files; null: no such container */
export function settingDifferences(before: string | null, after: string | null): ValueDifference[] {
  const [from, to] = [fieldsOf(before), fieldsOf(after)];
  return differences([], from, to);
}

function fieldsOf(text: string | null): Fields {
  const value = parsed(text);
  const { system } = value;
  // In the store; what is in it is compared by itself.
  const own = typeof system === "string" && value.packages === null ? { system } : {};
  const left = Object.entries(value).filter(([key]) => !leftOut.includes(key) && key !== "system");
  return { ...own, ...Object.fromEntries(left) };
}

/** What cannot be read says nothing. */
function parsed(text: string | null): Fields {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return isFields(value) ? value : {};
  } catch {
    return {};
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Everything that is not there and everything that is empty are the same. */
const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === false || (typeof value === "object" && isEmpty(value));
const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

function differences(path: readonly string[], from: Fields, to: Fields): ValueDifference[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return keys.flatMap((key) => difference([...path, key], from[key], to[key]));
}

function difference(path: readonly string[], from: unknown, to: unknown): ValueDifference[] {
  if (isSameValue(from, to) || (isNothing(from) && isNothing(to))) return [];
  if (Array.isArray(from ?? []) && Array.isArray(to ?? [])) {
    return elements(path, (from ?? []) as readonly unknown[], (to ?? []) as readonly unknown[]);
  }
  if (isFields(from) && isFields(to)) return differences(path, from, to);
  // Links by their names, and other things that are made of more.
  if (path.length === 1 && (isFields(from) || isFields(to))) return differences(path, asFields(from), asFields(to));
  return [{ name: shown(path), from: from ?? null, to: to ?? null }];
}

const asFields = (value: unknown): Fields => (isFields(value) ? value : {});

function elements(path: readonly string[], from: readonly unknown[], to: readonly unknown[]): ValueDifference[] {
  const name = keyOf[path.at(-1) ?? ""];
  if (name !== undefined && [...from, ...to].every(isFields)) {
    const byKey = (list: readonly unknown[]) => Object.fromEntries((list as Fields[]).map((one) => [name(one), one]));
    return differences(path, byKey(from), byKey(to));
  }
  const isIn = (list: readonly unknown[], value: unknown) => list.some((one) => isSameValue(one, value));
  const gone = from.filter((one) => !isIn(to, one)).map((one) => ({ name: shown(path), from: one, to: null }));
  const come = to.filter((one) => !isIn(from, one)).map((one) => ({ name: shown(path), from: null, to: one }));
  // In another order, or more than once.
  return gone.length + come.length === 0 ? [{ name: shown(path), from, to }] : [...gone, ...come];
}

/** `bindMounts."/srv"` */
const shown = (path: readonly string[]): string =>
  path.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part))).join(".");

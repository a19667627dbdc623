/** Paths of options as they are typed, one name after the other. */
import type { OptionDoc } from "../../modules/index.ts";
import type { Candidate } from "./propose.ts";

/** Names that stand for `<name>` at a place: of the containers that there are. */
export type NamesAt = (path: readonly string[]) => readonly string[];

const isAnyName = (part: string): boolean => part.startsWith("<");

interface Next {
  brief?: string;
  /** Options stand below it. */
  isGroup: boolean;
}

/** @param typed `containers.web.fo`; @param namesAt for `<name>` below a path */
export function optionPaths(docs: readonly OptionDoc[], typed: string, namesAt: NamesAt): Candidate[] {
  const at = typed.lastIndexOf(".") + 1;
  const before = typed.slice(0, at);
  const path = before === "" ? [] : before.slice(0, -1).split(".");
  const next = new Map<string, Next>();
  for (const doc of docs) {
    const parts = doc.name.split(".");
    if (parts.length <= path.length || !path.every((name, i) => matches(parts[i]!, name))) continue;
    const part = parts[path.length]!;
    const isLast = parts.length === path.length + 1;
    // Elements of a list have no names.
    if (part === "*") continue;
    for (const name of isAnyName(part) ? namesAt(path) : [part]) {
      const known = next.get(name) ?? { isGroup: false };
      if (isLast) known.brief = firstSentence(doc.description);
      else if (parts[path.length + 1] !== "*") known.isGroup = true;
      next.set(name, known);
    }
  }
  return [...next]
    .map(([name, { brief, isGroup }]) => ({
      value: `${before}${name}${isGroup ? "." : ""}`,
      ...(brief !== undefined && { brief }),
      ...(isGroup && { isOpen: true }),
    }))
    .filter(({ value }) => value.startsWith(typed))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
}

const matches = (part: string, name: string): boolean => part === name || isAnyName(part) || part === "*";

/** `option=`, and behind it what a boolean may be. */
export function settings(docs: readonly OptionDoc[], typed: string, namesAt: NamesAt): Candidate[] {
  const [, path, value] = /^([^=]*)=(.*)$/s.exec(typed) ?? [];
  if (path === undefined || value === undefined) {
    return optionPaths(docs, typed, namesAt).map((one) =>
      one.isOpen ? one : { ...one, value: `${one.value}=`, isOpen: true },
    );
  }
  const parts = path.split(".");
  const doc = docs.find(({ name }) => {
    const names = name.split(".");
    return names.length === parts.length && names.every((part, i) => matches(part, parts[i]!));
  });
  const words = doc !== undefined && /\bboolean\b/.test(doc.type) ? ["true", "false"] : [];
  return words.map((word) => ({ value: `${path}=${word}` })).filter((one) => one.value.startsWith(typed));
}

const firstSentence = (text: string): string => text.split(/(?<=\.) |\n/)[0] ?? text;

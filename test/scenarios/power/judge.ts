/** What a machine that starts again may find on its disk: the old or the new generation, whole, or a journal that names both. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** Path below the disk → what is there: mode and owner, and the text or where it leads. */
export type Tree = ReadonlyMap<string, string>;

export function readTree(directory: string, below = "", tree = new Map<string, string>()): Tree {
  for (const name of readdirSync(join(directory, below))) {
    const path = join(below, name);
    const file = join(directory, path);
    const { mode, uid, gid } = lstatSync(file);
    const kind = mode & 0o170000;
    const content = kind === 0o120000 ? readlinkSync(file) : kind === 0o100000 ? readFileSync(file, "latin1") : "";
    tree.set(path, `${mode.toString(8)} ${uid}:${gid} ${content}`);
    if (kind === 0o040000) readTree(directory, path, tree);
  }
  return tree;
}

/** A switch: what was there before it, and what after it. */
export interface Passage {
  readonly before: Tree;
  readonly after: Tree;
}

const current = "state/generations/current";
const journal = "state/switch.json";
const isOnHost = (path: string): boolean => path.startsWith("etc/");
/** Of a process that was writing: removed by the next switch. */
const isTemporary = (path: string): boolean =>
  /\.stowage-\d+$|\/\.new-|\/\.building-|\/root\.new-|\/current\.new$/.test(path);
/** Never written again once its name is there. */
const wholes =
  /^state\/(store\/[^./][^/]*|generations\/\d+\/generation\.json|containers\/[^/]+\/(root|declared\/[^./c][^/]*))(\/|$)/;

/** What is wrong with a disk after a power cut while the switch was under way; nothing: the next switch can go on. */
export function problemsOf(cut: Tree, { before, after }: Passage): string[] {
  const problems = [...halves(cut, before, after)];
  const now = cut.get(current);
  if (now !== before.get(current) && now !== after.get(current)) problems.push(`${current}: ${now}`);
  const number = now?.split(" ").at(-1);
  if (number && !cut.has(`state/generations/${number}/generation.json`))
    problems.push(`generation ${number} is not there`);
  const allowed = cut.has(journal) ? [before, after] : [now === after.get(current) ? after : before];
  if (cut.has(journal) && !isWholeJournal(cut.get(journal))) problems.push(`${journal} is not whole`);
  for (const path of new Set([...cut.keys(), ...before.keys(), ...after.keys()])) {
    if (!isOnHost(path) || isTemporary(path)) continue;
    if (!allowed.some((tree) => tree.get(path) === cut.get(path))) problems.push(`${path}: ${brief(cut.get(path))}`);
  }
  return problems;
}

/** What has its name and is not as it was made. */
function* halves(cut: Tree, before: Tree, after: Tree): Generator<string> {
  const there = new Set<string>();
  for (const path of cut.keys()) {
    const whole = wholes.exec(path)?.[0].replace(/\/$/, "");
    if (whole !== undefined) there.add(whole);
    const declared = /^state\/containers\/[^/]+\/declared\/current$/.test(path) && cut.get(path)?.split(" ").at(-1);
    if (declared && !cut.has(join(path, "..", declared))) yield `${path} leads to ${declared}, which is not there`;
  }
  for (const tree of [before, after]) {
    for (const [path, content] of tree) {
      const whole = wholes.exec(path)?.[0].replace(/\/$/, "");
      if (whole === undefined || !there.has(whole) || cut.get(path) === content) continue;
      yield `${path} is not whole: ${brief(cut.get(path))}`;
    }
  }
}

function isWholeJournal(found = ""): boolean {
  try {
    return JSON.parse(found.slice(found.indexOf("{"))).format === 1;
  } catch {
    return false;
  }
}

/** What differs from what the command had made when it said that it was done. */
export function lost(cut: Tree, after: Tree): string[] {
  return [...new Set([...cut.keys(), ...after.keys()])]
    .filter((path) => cut.get(path) !== after.get(path))
    .map((path) => `${path}: ${brief(cut.get(path))}, not ${brief(after.get(path))}`);
}

const brief = (content: string | undefined): string =>
  content === undefined ? "missing" : JSON.stringify(content.slice(0, 80));

/** Directories and files of the host in which a switch writes. */
const written = /^etc\/(hosts|stowage|systemd|NetworkManager|sysctl\.d)(\/|$)/;

/** What is on the host otherwise than it was; what a process left behind that was writing. */
export function strays(tree: Tree, expected: Tree): string[] {
  const stay = [...tree.keys()].filter((path) => isTemporary(path) && !path.includes(".building-"));
  const part = (whole: Tree): Tree => new Map([...whole].filter(([path]) => written.test(path)));
  return [...stay, ...lost(part(tree), part(expected))];
}

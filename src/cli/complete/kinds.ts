/** What values flags and arguments take, told by what stands for them in usage lines. */

/** "files" and "directories" are the shell's own matter; "nothing": there is no list of it. */
export type ValueKind =
  | "containers"
  | "generations"
  | "generations or containers"
  | "options"
  | "settings"
  | "settings of images"
  | "shells"
  | "files"
  | "directories"
  | "nothing";

/** Of arguments, by placeholder; `verb placeholder` where a verb means something else by it. */
const argumentKinds: Readonly<Record<string, ValueKind>> = {
  name: "containers",
  "name -- command": "containers",
  "create name": "nothing",
  "generation|container": "generations or containers",
  generation: "generations",
  from: "generations",
  to: "generations",
  path: "options",
  shell: "shells",
  dir: "directories",
  directory: "directories",
  search: "nothing",
  port: "nothing",
};

/** Of flags, likewise. */
const flagKinds: Readonly<Record<string, ValueKind>> = {
  "host.ts": "files",
  file: "files",
  dir: "directories",
  path: "files",
  generation: "generations",
  "path=value": "settings",
  // Of the container's.
  "run dir": "nothing",
  "shell dir": "nothing",
};

export const argumentKind = (verb: string, placeholder: string): ValueKind | undefined =>
  argumentKinds[`${verb} ${placeholder}`] ?? argumentKinds[placeholder];

/**
 * Most values have no list: numbers, times, addresses, names of others.
 * @param flags names of those that were given
 */
export function flagKind(verb: string, placeholder: string, flags: readonly string[] = []): ValueKind {
  const kind = flagKinds[`${verb} ${placeholder}`] ?? flagKinds[placeholder] ?? "nothing";
  return kind === "settings" && flags.includes("image") ? "settings of images" : kind;
}

/** Which containers a verb is for; those that are not here are for all. */
export type Which = "running" | "running systems" | "stopped" | "made" | "left behind" | "system" | "all";

const whichOf: Readonly<Record<string, Which>> = {
  start: "stopped",
  stop: "running",
  reload: "running",
  kill: "running",
  run: "running",
  login: "running systems",
  top: "running",
  shell: "running",
  stats: "running",
  destroy: "made",
  image: "system",
};

/** @param flags names of those that were given */
export function whichContainers(verb: string, flags: readonly string[]): Which {
  if (verb === "destroy" && flags.includes("state")) return "left behind";
  return whichOf[verb] ?? "all";
}

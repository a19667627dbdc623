/** What values flags and arguments take, told by what stands for them in usage lines. */

/** "files" and "directories" are the shell's own matter; "nothing": there is no list of it. */
export type ValueKind =
  | "containers"
  | "generations"
  | "generations or containers"
  | "options"
  | "settings"
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

/** Most values have no list: numbers, times, addresses, names of others. */
export const flagKind = (verb: string, placeholder: string): ValueKind =>
  flagKinds[`${verb} ${placeholder}`] ?? flagKinds[placeholder] ?? "nothing";

/** Which containers a verb is for; those that are not here are for all. */
export type Which = "running" | "stopped" | "made" | "system" | "all";

const whichOf: Readonly<Record<string, Which>> = {
  start: "stopped",
  stop: "running",
  reload: "running",
  kill: "running",
  run: "running",
  login: "running",
  shell: "running",
  destroy: "made",
  image: "system",
};

export const whichContainers = (verb: string): Which => whichOf[verb] ?? "all";

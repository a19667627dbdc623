/** Which containers systemd starts or ends along with others, because one needs the other. Pure. */
import type { ContainerPart } from "../compile/generation.ts";

/** Generations of before there were needs do not have them. */
type Parts = Readonly<Record<string, Partial<Pick<ContainerPart, "dependsOn">>>>;

export interface Along {
  readonly name: string;
  /** Of those that were named, or that go along themselves: the one because of which it does. */
  readonly because: string;
}

/** What is done to containers. */
export interface Doing {
  readonly verb: "start" | "stop" | "restart" | "reload" | "kill";
  /** Of kill: whether it ends the container, and is not just any signal. */
  readonly ends: boolean;
}

/** What systemd starts or ends along with these. */
export function takenAlong(
  { verb, ends }: Doing,
  parts: Parts,
  containers: readonly Pick<ContainerPart, "name" | "kind">[],
): Along[] {
  // An OCI container is restarted by a reload.
  const concerned = verb === "reload" ? containers.filter(({ kind }) => kind === "oci") : containers;
  const names = concerned.map(({ name }) => name);
  if (verb === "start") return startedWith(parts, names);
  return verb === "kill" && !ends ? [] : endedWith(parts, names);
}

/** What is ended with these: all that needs one of them, sorted by how far away. */
export const endedWith = (parts: Parts, names: readonly string[]): Along[] =>
  along(names, (name) =>
    Object.entries(parts)
      .filter(([, { dependsOn = [] }]) => dependsOn.includes(name))
      .map(([other]) => other)
      .sort(),
  );

/** What is started before these: all that one of them needs. */
export const startedWith = (parts: Parts, names: readonly string[]): Along[] =>
  along(names, (name) => [...(parts[name]?.dependsOn ?? [])].sort());

function along(names: readonly string[], next: (name: string) => readonly string[]): Along[] {
  const found = new Map<string, string | null>(names.map((name) => [name, null]));
  for (const [name] of found) for (const other of next(name)) if (!found.has(other)) found.set(other, name);
  return [...found].flatMap(([name, because]) => (because === null ? [] : [{ name, because }]));
}

/** From what was asked for to a container that is made by hand: the effects of `create` and `update`. */
import { resolve } from "node:path";
import { readActive } from "../../apply/current.ts";
import { type ByHand, graftMade } from "../../compile/index.ts";
import { type Layout, madeFile, madeLockFile } from "../../store/layout.ts";
import type { Alone } from "../alone.ts";
import { planByHand } from "../change-made.ts";
import { ownModules } from "../evaluate.ts";
import type { BackFlag, ChangeFlags } from "../flags.ts";
import { build } from "../pipeline.ts";
import { requirePaths } from "../required.ts";
import type { Session, SharedFlags } from "../session.ts";
import { type Changed, carriedOut } from "../shown.ts";
import { compileMade, type Pin, requireUnedited, type Tried } from "./compiled.ts";
import { written } from "./definition.ts";
import type { GivenFile } from "./embedded.ts";
import { addressesHere, isTaken, requireFree } from "./free.ts";
import { requireName, uniqueName } from "./names.ts";
import { type DefinitionFlags, definitionOf } from "./request.ts";
import { keepLock, stage } from "./staging.ts";
import { forgetUnfinished } from "./unfinished.ts";

export { requireSettled } from "./settled.ts";
export { noteUnfinished, undone } from "./unfinished.ts";

/** @throws StowageError `container-exists`, `definition-left`; `bad-container-name` where a number makes it too long */
export function nameFor(layout: Layout, base: string, kind: "system" | "oci", unique: boolean): string {
  const name = unique ? uniqueName(base, (one) => isTaken(layout, one)) : base;
  requireName(name, kind);
  requireFree(layout, name);
  return name;
}

/** Its definition, where it can be tried. @throws StowageError for what cannot be, in words of the command line */
export function tryOut(
  session: Session,
  name: string,
  asked: { readonly flags: DefinitionFlags; readonly command: readonly string[]; readonly file?: GivenFile },
): Tried {
  const { layout } = session;
  const definition = definitionOf(
    { ...asked.flags, command: asked.command },
    {
      name,
      modules: ownModules,
      ...(asked.file && { file: asked.file }),
      absolute: (path) => resolve(session.io.cwd(), path),
      addresses: () => addressesHere(layout, asked.flags.addressPool),
    },
  );
  const one = written(definition);
  return { name, written: one, staged: stage(layout, name, one.text, madeLockFile(layout)) };
}

/** Compiles, builds, and makes the machine so. @throws StowageError before anything on the machine was changed */
export function carryOutMade(
  alone: Alone,
  flags: SharedFlags & ChangeFlags & BackFlag,
  { verb, tried, pin }: { readonly verb: ByHand["verb"]; readonly tried: Tried; readonly pin?: Pin },
): Promise<Changed> {
  const { session } = alone;
  const { layout } = session;
  const { name, staged, written } = tried;
  return carriedOut(alone, flags, {
    interrupted: interruptedWords(verb, name),
    async prepare(onProgress) {
      const own = await compileMade(session, flags, tried, onProgress, pin);
      requirePaths(session, own);
      await build(session, { ...flags, config: staged.file }, own, onProgress);
      requireUnedited(layout, tried);
      return planByHand(session, { verb, name }, (generation) =>
        graftMade(layout, generation, { name, generation: own, definition: written.text }),
      );
    },
  });
}

/** Only of what is created there is a note, by which it is undone. */
export const interruptedWords = (verb: ByHand["verb"], name: string): string =>
  verb === "create"
    ? `the next change of this machine first undoes what there is of ${name}`
    : "the same command goes on where this one stopped";

/** What was tried is what there is. */
export function settle(layout: Layout, { staged }: Tried): void {
  keepLock(staged, madeLockFile(layout));
  forgetUnfinished(layout);
}

/** For programs, and for the last line. */
export function facts(layout: Layout, name: string) {
  const part = readActive(layout)?.generation.containers[name];
  return {
    name,
    kind: part?.kind ?? "system",
    definition: madeFile(layout, name),
    addresses: part?.addresses ?? [],
    started: part?.autoStart === true,
  };
}

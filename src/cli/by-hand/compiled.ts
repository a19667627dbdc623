/** A definition that was made by hand, compiled as any host.ts is. */
import { existsSync, readFileSync } from "node:fs";
import { nothing } from "../../apply/journal.ts";
import type { OnProgress } from "../../apply/report.ts";
import { type Generation, graft } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { type Layout, madeFile } from "../../store/layout.ts";
import { type Configured, evaluate } from "../evaluate.ts";
import { generationMeant } from "../pipeline.ts";
import type { Session, SharedFlags } from "../session.ts";
import type { Written } from "./definition.ts";
import { inWordsOf, type Staged } from "./staging.ts";

/** A definition that is staged. */
export interface Tried {
  readonly name: string;
  readonly staged: Staged;
  readonly written: Written;
  /** Of an update: what the definition's file had when it was read; null where there was none. */
  readonly found?: string | null;
}

/** Its file's text; null where somebody has removed it. */
export function definitionThere(layout: Layout, name: string): string | null {
  const path = madeFile(layout, name);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** Packages and systems take their time: what its owner wrote during it would be written over. @throws StowageError */
export function requireUnedited(layout: Layout, { name, found }: Tried): void {
  if (found === undefined || definitionThere(layout, name) === found) return;
  const path = madeFile(layout, name);
  throw new StowageError({
    code: "edited-meanwhile",
    message: `${path} was edited while ${name} was updated from what it said before`,
    details: ["it is left as it is now, and so is the container"],
    hint: "run the same `stowage update` again",
  });
}

/** Locks more, or anew, in the lock beside a definition that is tried. */
export type Pin = (configured: Configured, onProgress: OnProgress) => Promise<void>;

/**
 * What it means by itself. Packages and images that nobody has locked yet are, beside it.
 * @param pin before that; default: nothing
 * @throws StowageError with what is wrong with it, in the words of who gave it; `more-than-one`
 */
export async function compileMade(
  session: Session,
  flags: SharedFlags,
  { name, staged, written }: Tried,
  onProgress: OnProgress,
  pin?: Pin,
): Promise<Generation> {
  const kept = madeFile(session.layout, name);
  const { file } = staged;
  const calling = { ...session, tell: (text: string) => session.tell(text.replaceAll(file, kept)) };
  return inWordsOf({ written, file, kept }, async () => {
    const configured = await evaluate(calling, { ...flags, config: file });
    await pin?.(configured, onProgress);
    const generation = await generationMeant(calling, configured, onProgress, "pin");
    requireAlone(session.layout, name, generation);
    return generation;
  });
}

/** What else it declared would be nobody's. */
function requireAlone(layout: Layout, name: string, generation: Generation): void {
  const { containers, id } = generation;
  const others = Object.keys(containers).filter((one) => one !== name);
  const isThere = Object.hasOwn(containers, name);
  if (isThere && others.length === 0 && graft(layout, nothing, generation, [name]).id === id) return;
  const what = !isThere
    ? `it has no container ${name}`
    : others.length > 0
      ? `it has also ${others.join(", ")}`
      : "it says more of the host";
  throw new StowageError({
    code: "not-one-container",
    message: `the definition of ${name} has to define container ${name}, and nothing else: ${what}`,
    hint: "what is for several containers, or for the host, belongs into host.ts",
  });
}

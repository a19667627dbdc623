/** stowage build: what the configuration needs, into the store; images of OCI containers, to their engine. */
import { storePath } from "../../store/layout.ts";
import { runReference } from "../../systems/images/recipe.ts";
import type { Recipe } from "../../systems/recipe.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { build, generationOf } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import type { HostFlags, Session } from "../session.ts";

export default async function buildVerb(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  const progress = progressOf(session);
  try {
    const generation = await generationOf(session, flags, progress.on, "pin");
    const built = new Set(await build(session, flags, generation, progress.on));
    progress.end();
    const systems = Object.values(generation.containers).map(({ name, system, packages, path, oci }) => ({
      container: name,
      system: system === null ? path : storePath(session.layout, system),
      packages: packages === null ? null : storePath(session.layout, packages),
      built: system !== null && built.has(system),
      ...(oci && { image: runReference(oci) }),
      ...children(session, generation.systems[system ?? ""]),
    }));
    const lines = [...new Set(systems.map((one) => `${one.image ?? one.system}\n`))].join("");
    session.print(flags.json ? `${JSON.stringify(systems, null, 2)}\n` : lines);
  } finally {
    progress.end();
  }
  return exitCodes.done;
}

/** Further systems, where it has any. */
function children({ layout }: Session, recipe: Recipe | undefined): { children?: string[] } {
  if (recipe?.kind !== "toplevel" || recipe.children.length === 0) return {};
  return { children: recipe.children.map(({ toplevel }) => storePath(layout, toplevel)) };
}

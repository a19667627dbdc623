/** stowage image: a container's own system as one file that boots elsewhere. */
import { resolve } from "node:path";
import type { ContainerPart, Generation } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { pasteable } from "../../host/run.ts";
import { storePath } from "../../store/layout.ts";
import { whileBuilding } from "../../store/store.ts";
import { endings } from "../../systems/image/format.ts";
import { makeImage } from "../../systems/image/make.ts";
import { runReference } from "../../systems/images/recipe.ts";
import { exitCodes } from "../exit-codes.ts";
import { findContainers } from "../names.ts";
import { buildPart, generationOf } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import { requireRoot, type Session } from "../session.ts";
import type { ImageFlags } from "../verbs/parts.ts";

export default async function image(session: Session, flags: ImageFlags, name: string): Promise<number> {
  requireRoot(session, "image");
  const progress = progressOf(session);
  try {
    const generation = await generationOf(session, flags, progress.on);
    const [container] = findContainers(generation, [name]);
    const parts = partsOf(session, container);
    const shown = flags.output ?? `${name}${endings[flags.format]}`;
    const options = { onWork: progress.on, force: flags.force === true };
    // Until the image is whole: it is made of store paths that no generation need have, and `gc` would take.
    const made = await whileBuilding(session.layout, async () => {
      await buildPart(session, flags, generation, systemsOf(generation, container), progress.on);
      return makeImage(session.layout, parts, flags.format, resolve(session.io.cwd(), shown), options);
    });
    progress.end();
    const answer = { container: name, format: flags.format, file: shown, ...made };
    session.print(flags.json ? `${JSON.stringify(answer, null, 2)}\n` : `${shown}\n`);
  } finally {
    progress.end();
  }
  return exitCodes.done;
}

/** What must be in the store for this container, in the order of the whole. */
function systemsOf({ systems }: Generation, container: ContainerPart | undefined): Generation["systems"] {
  const needed = new Set([container?.system, container?.packages]);
  const top = systems[container?.system ?? ""];
  for (const { toplevel } of top?.kind === "toplevel" ? top.children : []) {
    const child = systems[toplevel];
    needed.add(toplevel);
    if (child?.kind === "toplevel") needed.add(child.packages);
  }
  return Object.fromEntries(Object.entries(systems).filter(([name]) => needed.has(name)));
}

/** What we bring has no name that a person would know. */
function savedBy(name: string, { user, ...oci }: NonNullable<ContainerPart["oci"]>): string {
  const whose = user === "root" ? "" : `, as user ${user}`;
  return `to have it as a file${whose}: ${pasteable([oci.engine, "save", "-o", `${name}.tar`, runReference(oci)])}`;
}

function partsOf(session: Session, container: ContainerPart | undefined) {
  if (container === undefined) throw new Error("a container that was found is there");
  const { name, system, packages } = container;
  if (system !== null && packages !== null) {
    return { name, toplevel: storePath(session.layout, system), packages: storePath(session.layout, packages) };
  }
  if (container.oci !== undefined) {
    throw new StowageError({
      code: "no-own-system",
      message: `container ${name} is an OCI container: it runs an image already`,
      hint: savedBy(name, container.oci),
    });
  }
  throw new StowageError({
    code: "no-own-system",
    message: `container ${name} has a system that somebody else made`,
    details: [`it is ${container.path}: an image is made of what \`config\` declares`],
    hint: "give it a config; its source may be tree(…) of that path",
  });
}

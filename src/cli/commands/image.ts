/** stowage image: a container's own system as one file that boots elsewhere. */
import { resolve } from "node:path";
import { StowageError } from "../../error.ts";
import { storePath } from "../../store/layout.ts";
import { endings } from "../../systems/image/format.ts";
import { makeImage } from "../../systems/image/make.ts";
import { exitCodes } from "../exit-codes.ts";
import { findContainers } from "../names.ts";
import { build, generationOf } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import { requireRoot, type Session } from "../session.ts";
import type { ImageFlags } from "../verb-parts.ts";

export default async function image(session: Session, flags: ImageFlags, name: string): Promise<number> {
  requireRoot(session, "image");
  const progress = progressOf(session);
  try {
    const generation = await generationOf(session, flags, progress.on);
    const parts = partsOf(session, findContainers(generation, [name])[0]);
    const shown = flags.output ?? `${name}${endings[flags.format]}`;
    await build(session, flags, generation, progress.on);
    const options = { onWork: progress.on, force: flags.force === true };
    const made = await makeImage(session.layout, parts, flags.format, resolve(session.io.cwd(), shown), options);
    progress.end();
    const answer = { container: name, format: flags.format, file: shown, ...made };
    session.print(flags.json ? `${JSON.stringify(answer, null, 2)}\n` : `${shown}\n`);
  } finally {
    progress.end();
  }
  return exitCodes.done;
}

function partsOf(session: Session, container: ReturnType<typeof findContainers>[number] | undefined) {
  if (container === undefined) throw new Error("a container that was found is there");
  const { name, system, packages } = container;
  if (system !== null && packages !== null) {
    return { name, toplevel: storePath(session.layout, system), packages: storePath(session.layout, packages) };
  }
  throw new StowageError({
    code: "no-own-system",
    message: `container ${name} has a system that somebody else made`,
    details: [`it is ${container.path}: an image is made of what \`config\` declares`],
    hint: "give it a config; its source may be tree(…) of that path",
  });
}

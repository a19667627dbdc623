/** stowage compile: the generation that the configuration means. */
import { compileJson, type Generation, writtenBy } from "../../compile/index.ts";
import { hostsText } from "../../network/index.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { generationOf } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import type { HostFlags, Session } from "../session.ts";

export default async function compile(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  const progress = progressOf(session);
  const generation = await generationOf(session, flags, progress.on).finally(progress.end);
  if (flags.json) session.print(`${JSON.stringify(compileJson(generation), null, 2)}\n`);
  else printText(session, generation);
  return exitCodes.done;
}

/** Every file with its path, as `systemctl cat` shows units. In pieces: all of it together takes much memory. */
function printText(session: Session, generation: Generation): void {
  let piece = "";
  for (const [path, body] of texts(session.layout.units, generation)) {
    piece += `${session.paint.bold(`# ${path}`)}\n${body}\n`;
    if (piece.length < 1 << 18) continue;
    session.print(piece);
    piece = "";
  }
  session.print(piece);
}

/** What all containers share, then one container after the other. */
function* texts(directory: string, generation: Generation): Generator<readonly [path: string, text: string]> {
  for (const { units, unitLinks, files } of writtenBy(generation)) {
    for (const [unit, text] of units) yield [`${directory}/${unit}`, text];
    for (const [link, target] of unitLinks) yield [`${directory}/${link} -> ${target}`, ""];
    yield* files;
  }
  yield ["/etc/hosts", hostsText(generation.hosts)];
}

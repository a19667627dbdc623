/** stowage compile: the generation that the configuration means. */
import { compileJson, type Generation, printedOf } from "../../compile/index.ts";
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
  const [before = "", after = ""] = session.paint.bold("# \0").split("\0");
  let texts: string[] = [];
  let length = 0;
  for (const text of printedOf(generation, { before, after, directory: session.layout.units })) {
    texts.push(text);
    length += text.length;
    if (length < 1 << 15) continue;
    session.print(texts.join(""));
    texts = [];
    length = 0;
  }
  session.print(`${texts.join("")}${before}/etc/hosts${after}\n${hostsText(generation.hosts)}\n`);
}

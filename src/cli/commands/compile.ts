/** stowage compile: the generation that the configuration means. */
import { compileJson, type Generation } from "../../compile/index.ts";
import { hostsText } from "../../network/index.ts";
import { render } from "../../units/index.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { generationOf } from "../pipeline.ts";
import { progressOf } from "../report/progress.ts";
import type { HostFlags, Session } from "../session.ts";

export default async function compile(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  const progress = progressOf(session);
  const generation = await generationOf(session, flags, progress.on).finally(progress.end);
  session.print(flags.json ? `${JSON.stringify(compileJson(generation), null, 2)}\n` : text(session, generation));
  return exitCodes.done;
}

/** Every file with its path, as `systemctl cat` shows units. */
function text(session: Session, generation: Generation): string {
  const { units: directory } = session.layout;
  const parts = [
    ...Object.values(generation.units).map((unit) => [`${directory}/${unit.name}`, render(unit)]),
    ...Object.entries(generation.unitLinks).map(([link, target]) => [`${directory}/${link} -> ${target}`, ""]),
    ...Object.entries(generation.files).map(([path, file]) => [path, file.text]),
    ["/etc/hosts", hostsText(generation.hosts)],
  ];
  return parts.map(([path, body]) => `${session.paint.bold(`# ${path}`)}\n${body}\n`).join("");
}

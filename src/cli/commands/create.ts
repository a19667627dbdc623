/** stowage create NAME: a container by hand. */
import { readActive } from "../../apply/current.ts";
import { madeDir } from "../../store/layout.ts";
import { type Alone, whileAlone } from "../alone.ts";
import type { GivenFile } from "../by-hand/embedded.ts";
import { givenFile } from "../by-hand/given.ts";
import { hushed } from "../by-hand/hushed.ts";
import { requireName } from "../by-hand/names.ts";
import { requireFlags } from "../by-hand/request.ts";
import { exitCodes } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import type { Changed } from "../shown.ts";
import type { CreateFlags } from "../verbs/by-hand.ts";

export default async function create(
  session: Session,
  flags: CreateFlags,
  base = "",
  ...command: string[]
): Promise<number> {
  const kind = flags.image === undefined ? "system" : "oci";
  requireName(base, kind);
  requireFlags({ ...flags, command });
  const file = flags.configFile === undefined ? undefined : givenFile(session, flags.configFile);
  const inner = { ...hushed(session), directory: madeDir(session.layout) };
  return whileAlone(inner, "create", { wait: true }, async (alone) => {
    const made = await make(alone, { flags, base, command, ...(file && { file }) });
    const { printDocument } = await import("../shown.ts");
    printDocument(session, flags, made);
    if (!flags.json && !session.events && made.exitCode === exitCodes.done) session.print(answerOf(flags, made));
    return made.exitCode;
  });
}

/** The name alone where somebody waits for it. */
function answerOf({ ensureUniqueName }: CreateFlags, { document }: Made): string {
  const { name, addresses, started } = document;
  if (ensureUniqueName) return `${name}\n`;
  const where = addresses.length > 0 ? `, ${addresses.join(", ")}` : "";
  return `${name}: created${where}${started ? "" : `; \`stowage start ${name}\` starts it`}\n`;
}

interface Asked {
  readonly flags: CreateFlags;
  readonly base: string;
  readonly command: readonly string[];
  readonly file?: GivenFile;
}

interface Made extends Changed {
  readonly document: Changed["document"] & {
    readonly name: string;
    readonly addresses: readonly string[];
    readonly started: boolean;
  };
}

const stillThere = "could not be removed again: the next change of this machine tries it again";

/** All of it, or nothing. */
async function make(alone: Alone, asked: Asked): Promise<Made> {
  const { session } = alone;
  const { layout } = session;
  const parts = await import("../by-hand/making.ts");
  const kind = asked.flags.image === undefined ? "system" : "oci";
  const name = parts.nameFor(layout, asked.base, kind, asked.flags.ensureUniqueName === true);
  parts.requireSettled(layout, "create", [name]);
  const tried = parts.tryOut(session, name, asked);
  const unfinished = parts.noteUnfinished(layout, { verb: "create", name, unit: null });
  let changed: Changed;
  try {
    changed = await parts.carryOutMade(alone, asked.flags, { verb: "create", tried });
  } catch (error) {
    const isUndone = await parts.undone(session, unfinished);
    if (!isUndone) session.io.stderr.write(`what there is of container ${name} ${stillThere}\n`);
    throw error;
  }
  if (changed.exitCode !== exitCodes.done) {
    const isUndone = await parts.undone(session, unfinished);
    session.io.stderr.write(`container ${name} did not come up, and ${isUndone ? "is removed again" : stillThere}\n`);
    const generation = isUndone ? null : (readActive(layout)?.number ?? null);
    return { ...changed, document: { ...changed.document, name, addresses: [], started: false, generation } };
  }
  parts.settle(layout, tried);
  return { ...changed, document: { ...changed.document, ...parts.facts(layout, name) } };
}

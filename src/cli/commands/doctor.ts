/** stowage doctor: what the machine lacks, or what will hurt. */
import { existsSync } from "node:fs";
import { readActive } from "../../apply/current.ts";
import { diagnose } from "../../doctor/diagnose.ts";
import type { Finding } from "../../doctor/finding.ts";
import { observe, type StateRead } from "../../doctor/observe.ts";
import { StowageError } from "../../error.ts";
import { readText } from "../../host/files.ts";
import { hostsBlock } from "../../host/hosts.ts";
import { resolvSources } from "../../runtimes/nspawn/index.ts";
import { storeFormat } from "../../store/format.ts";
import type { Layout } from "../../store/layout.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { printable } from "../report/paint.ts";
import type { Session, SharedFlags } from "../session.ts";

export default async function doctor(session: Session, flags: SharedFlags & JsonFlag): Promise<number> {
  const findings = diagnose(await observe(session.layout, readState(session.layout), resolvSources));
  const problems = findings.filter(({ state }) => state === "problem").length;
  if (flags.json) session.print(`${JSON.stringify(findings, null, 2)}\n`);
  else {
    const shown = findings.filter(({ state }) => state !== "ok" || session.verbose);
    session.print(shown.map((finding) => shownFinding(session, finding)).join(""));
    const notes = findings.filter(({ state }) => state === "note").length;
    session.tell(`${findings.length} checks: ${counted(problems, "problem")}, ${counted(notes, "note")}\n`);
  }
  return problems > 0 ? exitCodes.error : exitCodes.done;
}

const counted = (count: number, word: string): string =>
  `${count === 0 ? "no" : count} ${word}${count === 1 ? "" : "s"}`;

function shownFinding({ paint }: Session, { state, what, why, mend }: Finding): string {
  const word = { ok: paint.green("ok"), note: paint.yellow("note"), problem: paint.red("problem") }[state];
  const more = [...(why === undefined ? [] : [why]), ...(mend === undefined ? [] : [`mend it: ${mend}`])];
  return [`${word}  ${printable(what)}`, ...more.map((line) => `  ${printable(line)}`), ""].join("\n");
}

/** What of ours can be read, and why the rest cannot. */
function readState(layout: Layout): StateRead {
  const damage: string[] = [];
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof StowageError) || error.exitCode === exitCodes.needsRoot) throw error;
      damage.push(...error.problems.map(({ message, details = [] }) => [message, ...details].join(": ")));
      return null;
    }
  };
  const format = readText(`${layout.state}/format`);
  if (format !== null && !(Number(format) >= 1 && Number(format) <= storeFormat)) {
    damage.push(
      `${layout.state}/format says ${JSON.stringify(format.trim())}; this program knows formats up to ${storeFormat}`,
    );
  }
  attempt(() => hostsBlock(readText("/etc/hosts") ?? ""));
  const current = attempt(() => readActive(layout));
  return { generation: current?.generation ?? null, damage, interrupted: existsSync(`${layout.state}/switch.json`) };
}

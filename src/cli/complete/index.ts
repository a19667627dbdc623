/**
 * `stowage complete SHELL -- WORDS…`: what the scripts of the shells ask at each Tab. Its words are those of a command line
 * that is not whole yet, so the parser never sees them. It prints nothing but its answer, changes nothing, and loads no
 * host.ts: that would run a program because somebody pressed a key.
 */
import type { Io } from "../io.ts";
import { sessionOf } from "../session.ts";
import { type Described, describeVerb } from "../verbs/described.ts";
import { everywhere } from "../verbs/everywhere.ts";
import { verbs } from "../verbs/index.ts";
import { readLine } from "./line.ts";
import { type Candidate, type Known, type Proposal, propose } from "./propose.ts";
import { valuesFor } from "./values.ts";

/** @param argv shell, `--`, and the words behind `stowage`; of bash, which cuts words in its own way, the line itself and its COMP_WORDBREAKS */
export async function complete([shell, , ...words]: readonly string[], io: Io): Promise<string> {
  const line = shell === "bash" ? readLine(words[0] ?? "", words[1]) : { words: ["stowage", ...words], kept: "" };
  const proposal = propose(known(), line.words.slice(1));
  if (isList(proposal)) return answer(proposal, line.kept);
  const { kind } = proposal;
  if (kind === "files" || kind === "directories") return `:${kind}\n`;
  const session = sessionOf(io, { color: false, ...stateDirOf(line.words) });
  return answer(await valuesFor(session, proposal), line.kept);
}

const isList = (proposal: Proposal): proposal is readonly Candidate[] => Array.isArray(proposal);

function answer(candidates: readonly Candidate[], kept: string): string {
  const isOpen = candidates.length > 0 && candidates.every((one) => one.isOpen === true);
  const lines = candidates.map(({ value, brief = "" }) => {
    const rest = value.startsWith(kept) ? value.slice(kept.length) : value;
    return `${rest}${brief && `\t${brief}`}\n`;
  });
  return `${isOpen ? ":open" : ":done"}\n${lines.join("")}`;
}

function known(): Known {
  const all: Readonly<Record<string, Described>> = verbs;
  return {
    verbs: Object.entries(all).map(([name, verb]) => describeVerb(name, verb)),
    everywhere,
  };
}

/** For tests, and machines that are not the host. */
function stateDirOf(words: readonly string[]): { readonly stateDir?: string } {
  const stateDir = words[words.indexOf("--state-dir") + 1];
  return words.includes("--state-dir") && stateDir !== undefined ? { stateDir } : {};
}

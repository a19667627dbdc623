/**
 * Plays a page of the documentation: what it says is typed is run, and what comes of it is held against what it shows.
 *
 * - `console`: lines that begin with `# ` are commands, what follows is what they print. `…` on a line of its own is any
 *   lines, within one any text.
 * - `diff`: an edit of host.ts.
 * - `ts`: the whole host.ts, as it is then.
 */
import { expect } from "vitest";
import type { Machine } from "../harness.ts";

type Block =
  | { readonly kind: "console"; readonly commands: readonly Command[] }
  | { readonly kind: "diff"; readonly text: string }
  | { readonly kind: "ts"; readonly text: string };

interface Command {
  readonly line: string;
  readonly shown: readonly string[];
}

/** @param sections titles of those to be played; default all */
export function blocksOf(markdown: string, sections?: readonly string[]): Block[] {
  const parts = markdown.split(/^(?=## )/m);
  const title = (part: string) => /^## (.*)$/m.exec(part)?.[1] ?? "";
  for (const wanted of sections ?? []) expect(parts.map(title)).toContain(wanted);
  const chosen = parts.filter((part) => sections?.includes(title(part)) ?? true).join("");
  return [...chosen.matchAll(/^```(console|diff|ts)\n(.*?)^```$/gms)].map(([, kind, text = ""]) =>
    kind === "console" ? { kind, commands: commandsIn(text) } : { kind: kind === "ts" ? "ts" : "diff", text },
  );
}

function commandsIn(text: string): Command[] {
  const [before, ...commands] = text.split(/^# /m);
  expect(before, "a console block begins with a command").toBe("");
  return commands.map((command) => {
    const [line = "", ...shown] = command.replace(/\n$/, "").split("\n");
    return { line, shown };
  });
}

export interface Stage {
  readonly host: Machine;
  /** Names in the page that are others here. */
  readonly instead: Readonly<Record<string, string>>;
}

const hostTs = "/etc/stowage/host.ts";

export async function playDocument({ host, instead }: Stage, blocks: readonly Block[]): Promise<void> {
  let cwd = "/root";
  // On a terminal curl shows what it gets, and no meter.
  await host.put("/root/.curlrc", "silent\nshow-error\n");
  const played = (text: string) =>
    Object.entries(instead).reduce((before, [name, other]) => before.replaceAll(name, other), text);
  for (const block of blocks) {
    if (block.kind === "diff") await host.put(hostTs, edited(await host.get(hostTs), block.text));
    else if (block.kind === "ts") expect(await host.get(hostTs)).toBe(block.text);
    else for (const { line, shown } of block.commands) cwd = await type(host, cwd, played(line), shown);
  }
}

/** Replaces the lines that go by those that come; they are there once. */
export function edited(text: string, diff: string): string {
  const lines = diff.split("\n").slice(0, -1);
  const side = (sign: string) =>
    lines.filter((line) => line[0] === " " || line[0] === sign).map((line) => `${line.slice(1)}\n`);
  const [before = "", ...after] = text.split(side("-").join(""));
  expect(after, `what is edited is in host.ts once: ${diff}`).toHaveLength(1);
  return before + side("+").join("") + after.join("");
}

/** @returns the directory that the shell is in then */
async function type(host: Machine, cwd: string, line: string, shown: readonly string[]): Promise<string> {
  const marker = "-- the shell is in ";
  const script = `${line}\ncode=$?\necho "${marker}$PWD"\nexit $code`;
  // On a person's terminal both streams are one.
  const said = await host.run(["sh", "-c", `exec 2>&1\n${script}`], { cwd, input: "y\n", timeout: 400_000 });
  const [output = "", after = ""] = said.stdout.split(marker);
  if (!isFine(line, shown, said.code)) throw new Error(`${line} ended with exit code ${said.code}:\n${said.stdout}`);
  expect(output, line).toMatch(patternOf(shown));
  return after.trim();
}

/** plan says by 2 that there is something to do; what shows an error fails. */
function isFine(line: string, shown: readonly string[], code: number): boolean {
  if (shown.some((text) => text.startsWith("error["))) return code === 1;
  return code === 0 || (code === 2 && line.startsWith("stowage plan"));
}

export function patternOf(shown: readonly string[]): RegExp {
  const pattern = shown.map((line) => {
    if (line === "…") return "(?:[^\\n]*\\n)*?";
    return `${line.split("…").map(escaped).join("[^\\n]*")}[ ]*\\n`;
  });
  return new RegExp(`^${pattern.join("")}$`);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

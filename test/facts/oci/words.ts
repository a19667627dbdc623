/** `podman run` and `docker run`, taken apart in the same way for NixOS and for us. Facts: podman-run(1), docker-run(1). */
import { sortedList } from "../lists.ts";
import type { RunFacts } from "./facts.ts";

const flags = ["-d", "--replace", "--privileged", "--rm"];
const short = ["-e", "--env-file", "-p", "-u", "-v", "-l", "-w"];

/** @param argv of the engine, its own name first. `--pull` is the last option that is not the user's. */
export function runFacts(argv: readonly string[]): { readonly run: RunFacts; readonly pull: string } {
  const at = argv.findIndex((word) => word === "run" || word === "create");
  const options: string[] = [];
  let index = at + 1;
  for (; index < argv.length; ) {
    const word = argv[index] ?? "";
    const pull = /^--pull(?:=(.*))?$/.exec(word);
    if (pull !== null) {
      const isSeparate = pull[1] === undefined;
      const rest = argv.slice(index + (isSeparate ? 2 : 1));
      const run = { before: argv.slice(1, at), options: sortedList(options), rest };
      return { run, pull: pull[1] ?? argv[index + 1] ?? "" };
    }
    const isTwo = short.includes(word);
    if (!isTwo && !flags.includes(word) && !/^--[a-z-]+=/s.test(word)) throw new Error(`not an option: ${word}`);
    options.push(isTwo ? `${word} ${argv[index + 1]}` : word);
    index += isTwo ? 2 : 1;
  }
  throw new Error(`no --pull: ${argv.join(" ")}`);
}

/** The program without its path, the end of options left out: `podman rm -f web`. */
export const commandText = ([program = "", ...words]: readonly string[]): string =>
  [program.replace(/^.*\//, ""), ...words.filter((word) => word !== "--")].join(" ");

/** Seconds; systemd.service(5): 0 is none. */
export function secondsText(text: string): string {
  if (text === "0" || text === "infinity") return "infinity";
  const [, count = "", unit = ""] = /^(\d+)(min|s|)$/.exec(text) ?? [];
  if (count === "") throw new Error(`not a time: ${text}`);
  return `${Number(count) * (unit === "min" ? 60 : 1)}`;
}

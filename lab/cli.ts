/** Lab hosts by hand: `npm run lab -- boot trixie`. For people who look around; tests use the object. */
import { spawnSync } from "node:child_process";
import { LabHost } from "./host.ts";
import { type Flavour, type Suite, suites } from "./tree.ts";

const usage = `usage: npm run lab -- <verb>

  boot [SUITE] [--engines]  boot a lab host that stays (${suites.join(" or ")}), and print its name;
                            --engines: with podman and docker
  list                      the lab hosts that were booted so
  enter [NAME]              a shell in it
  run NAME -- COMMAND …     a command in it
  stop NAME … | --all       end and remove them; those of running tests are left alone
`;

/** The name that was given, or the only one there is. */
function chosen(name: string | undefined): LabHost {
  const names = LabHost.kept();
  if (name === undefined && names.length !== 1) {
    throw new Error(names.length === 0 ? "there is no lab host" : `which one? ${names.join(", ")}`);
  }
  return LabHost.attach(name ?? names[0] ?? "");
}

function isSuite(word: string): word is Suite {
  return (suites as readonly string[]).includes(word);
}

async function boot(words: readonly string[]): Promise<number> {
  const suite = words.find((word) => !word.startsWith("-")) ?? "bookworm";
  if (!isSuite(suite)) throw new Error(`no suite ${suite}: ${suites.join(", ")}`);
  const flavour: Flavour = words.includes("--engines") ? "engines" : "base";
  const host = await LabHost.boot({ suite, flavour, keep: true, onTreeProgress: (line) => console.error(line) });
  console.log(host.name);
  console.error(`enter it: npm run lab -- enter ${host.name}\nend it:   npm run lab -- stop ${host.name}`);
  return 0;
}

function inside(host: LabHost, argv: readonly string[]): number {
  const [program = "", ...rest] = host.enterArgv(argv);
  const env = { PATH: process.env.PATH, TERM: process.env.TERM ?? "dumb", HOME: "/root", LANG: "C.UTF-8" };
  return spawnSync(program, rest, { stdio: "inherit", env }).status ?? 1;
}

async function stop(words: readonly string[]): Promise<number> {
  const names = words.includes("--all") ? LabHost.kept() : words;
  if (names.length === 0) throw new Error("stop which one? A name, or --all");
  for (const name of names) await LabHost.attach(name).stop();
  return 0;
}

/** @returns the exit code */
export async function main([verb, ...words]: readonly string[]): Promise<number> {
  const separator = words.indexOf("--");
  switch (verb) {
    case "boot":
      return boot(words);
    case "list":
      for (const name of LabHost.kept()) console.log(name);
      return 0;
    case "enter":
      return inside(chosen(words[0]), ["bash", "--login"]);
    case "run":
      if (separator < 0 || separator === words.length - 1) break;
      return inside(chosen(separator === 0 ? undefined : words[0]), words.slice(separator + 1));
    case "stop":
      return stop(words);
  }
  console.error(usage);
  return verb === undefined || verb === "help" || verb === "--help" ? 0 : 64;
}

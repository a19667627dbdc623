/** `npm run try`: the first example on a real systemd, for a person to watch. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { configure } from "./configure.ts";
import { LabHost } from "./host.ts";
import { checkout } from "./places.ts";
import { tree } from "./tree.ts";

const example = "examples/first/host.ts";
const page = "http://127.0.0.1:8080/";

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");

/** Shows a command as a person would type it in the lab host, and runs it there, on this terminal. */
function show(host: LabHost, argv: readonly string[], fine: readonly number[] = [0]): void {
  say(`\n${host.name}# ${argv.join(" ")}`);
  const [program = "", ...rest] = host.enterArgv(argv);
  const env = { PATH: process.env.PATH, TERM: process.env.TERM ?? "dumb", HOME: "/root", LANG: "C.UTF-8", ...colour() };
  const { status } = spawnSync(program, rest, { stdio: ["ignore", "inherit", "inherit"], env });
  if (!fine.includes(status ?? -1)) throw new Error(`${argv.join(" ")} ended with exit code ${status}`);
}

const colour = (): Record<string, string> => (process.env.NO_COLOR ? { NO_COLOR: process.env.NO_COLOR } : {});

/** @param options.keep leave the lab host up */
export async function main({ keep }: { readonly keep: boolean }): Promise<void> {
  const started = Date.now();
  const hostTs = readFileSync(join(checkout(), example), "utf8");
  say("Making a Debian 12 for the lab host (the first time: half a minute)");
  await tree("bookworm", "base", (line) => say(`  ${line}`));
  say(`Building what ${example} needs`);
  const host = await LabHost.boot({ suite: "bookworm", keep });
  try {
    await configure(host, hostTs, { onOutput: (piece) => process.stdout.write(indented(piece)) });
    say(`Booted ${host.name}, a machine with a systemd of its own; ${example} is its /etc/stowage/host.ts`);
    show(host, ["stowage", "plan"], [0, 2]);
    show(host, ["stowage", "switch"]);
    show(host, ["stowage", "list"]);
    show(host, ["curl", "--silent", "--show-error", "--fail", "--max-time", "10", page]);
  } catch (error) {
    await host.stop();
    throw error;
  }
  say(
    `\nThe container served that page through the host's port 8080. All in ${((Date.now() - started) / 1000).toFixed(1)} s.`,
  );
  if (!keep) return host.stop();
  say(
    `The lab host stays.\n  enter it:  npm run lab -- enter ${host.name}\n  end it:    npm run lab -- stop ${host.name}`,
  );
}

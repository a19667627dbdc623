/** `npm run try`: two examples on a real systemd, for a person to watch: a system container, and an OCI container beside it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { configure } from "./configure.ts";
import { LabHost } from "./host.ts";
import { checkout } from "./places.ts";
import { tree } from "./tree.ts";

const [first, second] = ["examples/first/host.ts", "examples/oci/host.ts"];
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

/** curl and a shell, with what they need: an image of what the lab host has, since no registry is reached from it. */
const makeImage = `set -e; mkdir /tmp/image /tmp/image/bin; cd /tmp/image
cp /usr/bin/busybox bin; ln -s busybox bin/sh; ln -s busybox bin/sleep
tar --create --dereference --absolute-names --file=/tmp/image.tar bin/busybox $(ldd /usr/bin/curl | grep -o '/[^ ]*') /usr/bin/curl
tar --append --file=/tmp/image.tar bin/sh bin/sleep
podman import --quiet /tmp/image.tar localhost/visitor:1`;

async function showBeside(host: LabHost): Promise<void> {
  say(`\nAn image, made of programs that ${host.name} has; then ${second}, which adds an OCI container`);
  await host.sh(makeImage);
  await configure(host, readFileSync(join(checkout(), second), "utf8"));
  show(host, ["stowage", "plan"], [0, 2]);
  show(host, ["stowage", "switch"]);
  show(host, ["stowage", "list"]);
  show(host, ["stowage", "run", "visitor", "--", "curl", "--silent", "--show-error", "--fail", "http://web/"]);
}

/** @param options.keep leave the lab host up */
export async function main({ keep }: { readonly keep: boolean }): Promise<void> {
  const started = Date.now();
  const hostTs = readFileSync(join(checkout(), first), "utf8");
  say("Making a Debian 12 for the lab host (the first time: a minute)");
  await tree("bookworm", "engines", (line) => say(`  ${line}`));
  say(`Building what ${first} needs`);
  const host = await LabHost.boot({ suite: "bookworm", flavour: "engines", keep });
  try {
    await configure(host, hostTs, { onOutput: (piece) => process.stdout.write(indented(piece)) });
    say(`Booted ${host.name}, a machine with a systemd of its own; ${first} is its /etc/stowage/host.ts`);
    show(host, ["stowage", "plan"], [0, 2]);
    show(host, ["stowage", "switch"]);
    show(host, ["stowage", "list"]);
    show(host, ["curl", "--silent", "--show-error", "--fail", "--max-time", "10", page]);
    await showBeside(host);
  } catch (error) {
    await host.stop();
    throw error;
  }
  say(
    `\nThe system container served that page through the host's port 8080, and to the OCI container by its name. All in ${((Date.now() - started) / 1000).toFixed(1)} s.`,
  );
  if (!keep) return host.stop();
  say(
    `The lab host stays.\n  enter it:  npm run lab -- enter ${host.name}\n  end it:    npm run lab -- stop ${host.name}`,
  );
}

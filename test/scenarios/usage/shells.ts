/** Shells on a lab host, and a terminal to type into: Debian's own packages, by the way that containers get theirs. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { eventually, type Machine } from "../harness.ts";

/** As the packages of a container of the host's own suite. */
export const shellPackages = `["fish", "mandoc", "tmux", "zsh"]`;

/** After `configure` with a container of {@link shellPackages}: what it has and the host has not is put into its /usr. */
export async function installShells(host: Machine): Promise<void> {
  const store = join(host.lab.stateDir, "store");
  const trees = readdirSync(store).filter((one) => one.includes("-debian-"));
  const tree = trees.find((one) => existsSync(join(store, one, "usr/bin/zsh")));
  const from = `/var/lib/stowage/store/${tree}/usr`;
  await host.sh(`tar -C ${from} -c . | tar -C /usr -x --skip-old-files && ldconfig`);
}

/** A terminal with a shell in it. */
export class Terminal {
  readonly #host: Machine;
  readonly #name: string;

  readonly #prompt: string;

  private constructor(host: Machine, name: string, prompt: string) {
    this.#host = host;
    this.#name = name;
    this.#prompt = prompt;
  }

  /** @param shell its command line; @param prompt it waits for this */
  static async open(host: Machine, name: string, shell: string, prompt: string): Promise<Terminal> {
    const terminal = new Terminal(host, name, prompt);
    await terminal.#tmux("new-session", "-d", "-x", "180", "-y", "50", shell);
    await eventually(async () => terminal.#shows(prompt));
    return terminal;
  }

  /** Types into an empty line, as given, and waits until the screen has what is expected. The line is thrown away. */
  async typed(text: string, expected: RegExp, taps = 1): Promise<string> {
    await this.#tmux("send-keys", "-l", text);
    for (let tap = 0; tap < taps; tap++) await this.#tmux("send-keys", "Tab");
    let screen = "";
    await eventually(async () => {
      screen = await this.#tmux("capture-pane", "-p");
      if (!expected.test(screen)) throw new Error(`${this.#name}: ${expected} is not on\n${screen}`);
    });
    // Again and again: where there is a list to choose from, the first one only ends that.
    await eventually(async () => {
      for (const key of ["C-c", "C-l"]) await this.#tmux("send-keys", key);
      const last = (await this.#tmux("capture-pane", "-p")).trimEnd().split("\n").at(-1);
      if (last !== this.#prompt) throw new Error(`${this.#name} does not let go of ${last}`);
    });
    return screen;
  }

  async #shows(text: string): Promise<void> {
    if (!(await this.#tmux("capture-pane", "-p")).includes(text)) throw new Error(`no ${text}`);
  }

  #tmux(...argv: readonly string[]): Promise<string> {
    return this.#host.must(["env", "LC_ALL=C.UTF-8", "TERM=xterm-256color", "tmux", "-u", "-L", this.#name, ...argv]);
  }
}

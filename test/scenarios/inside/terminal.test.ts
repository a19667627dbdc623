/** On a terminal, which is tmux's: what the command inside has of it, and that it is ours again afterwards. */
import { expect } from "vitest";
import { eventually, type Machine, onOneMachine } from "../harness.ts";
import { names, prepare } from "./stage.ts";

/** The program of a container's package tree, on a host that may be of another release: by that tree's own loader. */
const tmux = `#!/bin/sh
tree=$(dirname "$(dirname "$(dirname "$(ls -d /var/lib/stowage/store/*/usr/bin/tmux)")")")
exec "$(ls "$tree"/usr/lib*/ld-linux-*.so.*)" --library-path "$(echo "$tree"/usr/lib/*-linux-gnu)" "$tree/usr/bin/tmux" -L test -f /dev/null "$@"
`;

class Terminal {
  readonly #host: Machine;
  constructor(host: Machine) {
    this.#host = host;
  }

  async #tmux(...argv: string[]): Promise<string> {
    return this.#host.must(["/run/tmux", ...argv], { env: { LANG: "C.UTF-8", TERM: "xterm" } });
  }

  async open(): Promise<void> {
    await this.#host.put("/run/tmux", tmux, "0755");
    await this.#tmux("new-session", "-d", "-x", "100", "-y", "30", "PS1='host> ' sh");
    await this.shows("host> ");
  }

  type = (line: string): Promise<string> => this.#tmux("send-keys", "-l", `${line}\n`);
  key = (key: string): Promise<string> => this.#tmux("send-keys", key);
  resize = (columns: number, rows: number): Promise<string> =>
    this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);

  /** Waits until a line ends so, or fits: a prompt may stand before what was typed ahead of it. */
  shows(line: string | RegExp): Promise<void> {
    return eventually(async () => {
      const screen = await this.#tmux("capture-pane", "-p", "-e", "-S", "-");
      const fits = (one: string) =>
        typeof line === "string" ? one.trimEnd().endsWith(line.trimEnd()) : line.test(one);
      if (!screen.split("\n").some(fits)) throw new Error(`no line ${line} in\n${screen}`);
    });
  }

  close = (): Promise<string> => this.#tmux("kill-server");
}

async function session(host: Machine, name: string): Promise<void> {
  const terminal = new Terminal(host);
  await terminal.open();
  await terminal.type(
    `stowage run ${name} -- env PS1='inside> ' bash --norc; echo "ended $?"; stty -a | grep -o ' echo '`,
  );
  await terminal.shows("inside> ");
  await terminal.type("tty; stty size; id -un; echo term $TERM; test -t 0 -a -t 1 -a -t 2 && echo all three");
  for (const line of [/^\/dev\/pts\/\d+/, "30 100", "root", "term tmux-256color", "all three"])
    await terminal.shows(line);
  await terminal.resize(81, 24);
  await eventually(async () => {
    await terminal.type("stty size");
    await terminal.shows("24 81");
  });
  await terminal.type("printf '\\033[31m%s\\033[m\\n' colou''red");
  // By the escape sequence for red, which tmux gives back.
  await terminal.shows(/\[31mcoloured/);
  await terminal.type("sleep 4811");
  await eventually(() => host.must(["pgrep", "-x", "-f", "sleep 4811"]));
  await terminal.key("C-c");
  await terminal.type("echo status $?");
  await terminal.shows("status 130");
  await terminal.type("sleep 4812");
  await eventually(() => host.must(["pgrep", "-x", "-f", "sleep 4812"]));
  await terminal.key("C-z");
  await terminal.shows(/^\[1\]\+ +Stopped +sleep 4812/);
  await terminal.type("bg; kill %1; wait; exit 7");
  await terminal.shows("ended 7");
  await terminal.shows(" echo");
  for (const [command, status] of [
    ["sh -c 'exit 203'", 203],
    ["sh -c 'kill -9 $$'", 137],
    ["sh -c 'kill $$'", 143],
    ["no-such-program", 127],
    ["sh -c 'test \"$1\" = \"a \\$HOME b\"' sh 'a $HOME b'", 0],
  ] as const) {
    await terminal.type(`stowage run ${name} -- ${command}; echo "status of ${status}: $?"`);
    await terminal.shows(`status of ${status}: ${status}`);
  }
  await terminal.type(`stowage run ${name} -- sleep 4813; echo "interrupted: $?"`);
  await eventually(() => host.must(["pgrep", "-x", "-f", "sleep 4813"]));
  await terminal.key("C-c");
  await terminal.shows("interrupted: 130");
  await terminal.type(`stowage shell ${name}; echo "shell: $?"`);
  await terminal.shows(`root@${name}:~#`);
  await terminal.type("tty; pwd; exit 3");
  await terminal.shows("/root");
  await terminal.shows("shell: 3");
  // The units of those that failed are not left behind.
  expect(await host.must(["systemctl", `--machine=${name}`, "--failed", "--no-legend"])).toBe("");
  await terminal.type(`stowage run ${name} -- sleep 4814; echo "stopped: $?"; stty -a | grep -o ' echo ' | tr e E`);
  await eventually(() => host.must(["pgrep", "-x", "-f", "sleep 4814"]));
  await host.stowage(["stop", name]);
  await terminal.shows("stopped: 137");
  await terminal.shows(" Echo");
  await terminal.close();
}

onOneMachine(
  (scenario) => {
    for (const name of names) {
      scenario(`${name}: size, colours, ^C, job control, exit code`, async ({ host }) => {
        await prepare(host);
        await session(host, name);
      });
    }
  },
  { on: "trixie" },
);

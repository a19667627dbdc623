/** Completion in real shells, on a terminal: what is typed and a Tab, and what then stands on the screen. And the manual. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Suite } from "../../../lab/tree.ts";
import { shells as allShells, type Shell } from "../../../src/cli/complete/scripts.ts";
import { manual } from "../../../tools/man/pages.ts";
import { type Machine, onOneMachine } from "../harness.ts";
import { installShells, shellPackages, Terminal } from "./shells.ts";

const hostTs = (suite: Suite): string => `import { debian, defineHost } from "stowage";

const system = { source: debian({ suite: "${suite}" }) };
export default defineHost({
  containers: {
    web: { autoStart: true, privateNetwork: true, config: { system, packages: ${shellPackages} } },
    off: { privateNetwork: true, config: { system } },
  },
});
`;

/** Installed as `stowage completion --help` says it, and how the shell is started. */
const installed: Readonly<Record<Shell, { readonly script: string; readonly shell: string }>> = {
  bash: { script: "/etc/bash_completion.d/stowage", shell: "bash --rcfile /root/rc/bashrc -i" },
  zsh: { script: "/usr/local/share/zsh/site-functions/_stowage", shell: "env ZDOTDIR=/root/rc zsh -i" },
  fish: { script: "/etc/fish/completions/stowage.fish", shell: "fish -i" },
};

const rc = {
  "/root/rc/bashrc": ". /etc/bash_completion.d/stowage\nPS1='ready> '\n",
  "/root/rc/.zshrc": "autoload -Uz compinit && compinit -u -D\nPROMPT='ready> '\n",
  "/root/.config/fish/config.fish": "function fish_prompt; echo -n 'ready> '; end\nset -g fish_greeting\n",
};

async function prepare(host: Machine): Promise<void> {
  const first = hostTs(host.suite);
  await host.switchTo(first);
  await installShells(host);
  for (const [path, text] of Object.entries(rc)) await host.put(path, text);
  for (const shell of allShells) {
    const { script } = installed[shell];
    await host.sh(`mkdir -p $(dirname ${script}) && stowage completion ${shell} > ${script}`);
  }
  // A second generation.
  await host.switchTo(first.replace("off: {", "off: { ephemeral: true,"));
}

/** Line by line: what is typed, what it becomes, and how often Tab is pressed. */
const lines: readonly (readonly [typed: string, becomes: RegExp, taps?: number])[] = [
  ["stowage gener", /stowage generations$/m],
  ["stowage help unin", /stowage help uninstall$/m],
  // Of two containers one runs.
  ["stowage stop ", /stowage stop web$/m],
  ["stowage start ", /stowage start off$/m],
  ["stowage logs web --sin", /--since$/m],
  ["stowage image web --format s", /--format squashfs$/m],
  ["stowage image web --format=s", /--format=squashfs$/m],
  ["stowage plan -c /etc/stowage/hos", /-c \/etc\/stowage\/host\.ts$/m],
  ["stowage plan --config=/etc/stowage/hos", /--config=\/etc\/stowage\/host\.ts$/m],
  ["stowage explain contai", /explain containers\./],
  ["stowage explain containers.web.autoS", /containers\.web\.autoStart$/m],
  ["stowage create new --set autoSt", /--set autoStart=/],
  ["stowage create new --set autoStart=f", /--set autoStart=false/],
  ["stowage rollback --to ", /\b2\b[\s\S]*\b1\b/, 2],
  ["stowage completion f", /completion fish$/m],
];

onOneMachine(
  (scenario) => {
    describe.each(allShells)("%s", (shell) => {
      scenario("completes what there is", async ({ host }) => {
        if ((await host.run(["test", "-e", installed[shell].script])).code !== 0) await prepare(host);
        const terminal = await Terminal.open(host, shell, installed[shell].shell, "ready>");
        for (const [typed, becomes, taps] of lines) await terminal.typed(typed, becomes, taps);
        // A stop that is a mistake: the running one alone is offered, and nothing else.
        expect(await terminal.typed("stowage stop ", /stop web/)).not.toContain("off");
      });
    });

    scenario("mandoc finds nothing to say about the man pages", async ({ host }) => {
      if ((await host.run(["test", "-e", "/usr/bin/mandoc"])).code !== 0) await prepare(host);
      const directory = join(host.lab.stateDir, "manual/man1");
      mkdirSync(directory, { recursive: true });
      for (const [name, text] of Object.entries(manual("1.2.3"))) writeFileSync(join(directory, name), text);
      const { stdout } = await host.run(["sh", "-c", "cd /var/lib/stowage/manual && mandoc -T lint -W warning man1/*"]);
      // They have no date: the same sources give the same bytes. And another name is a link of man's own, which packs.
      const meant = /missing date|\.so is fragile/;
      expect(stdout.split("\n").filter((line) => line !== "" && !meant.test(line))).toEqual([]);
      expect(await host.sh("mandoc /var/lib/stowage/manual/man1/stowage.1 | col -b")).toContain("--config host.ts");
    });
  },
  { on: "trixie" },
);

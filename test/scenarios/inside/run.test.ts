/** T24, T25, T30, G13: what `run` gives a command, and what it gives back, in trusted containers and in such with users of their own. */
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { eventually, type Machine, onOneMachine } from "../harness.ts";
import { names, prepare } from "./stage.ts";
import { table } from "./table.ts";

const count = ["sh", "-c", 'printf "%s\\0" "$#" "$@"', "sh"];
const counted = (list: readonly string[]): string => [`${list.length}`, ...list].map((one) => `${one}\0`).join("");
const isRunning = async (host: Machine, pattern: string): Promise<boolean> =>
  (await host.run(["pgrep", "-x", "-f", pattern])).code === 0;

/** Some at a time: a run waits more than it works. */
async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all([worker(), worker(), worker()]);
}

onOneMachine((scenario) => {
  scenario("forty argument lists arrive as they are", async ({ host }) => {
    await prepare(host);
    expect(table.length).toBe(40);
    await each(table, async (list) => {
      expect(await host.stowage(["run", "own", "--", ...count, ...list])).toBe(counted(list));
    });
    // Without that argument which makes the whole too long for one start of a program on some hosts.
    const all = table.flat().filter((one) => one.length < 1000);
    expect(await host.stowage(["exec", "plain", "--", ...count, ...all])).toBe(counted(all));
  });

  scenario(
    "ten megabytes through a pipe, each stream for itself, and each byte",
    async ({ host }) => {
      await prepare(host);
      const bytes = Buffer.alloc(10_000_000, createHash("sha512").update("seed").digest());
      await host.put("/run/big", bytes);
      const sum = createHash("sha256").update(bytes).digest("hex");
      for (const name of names) {
        expect(await host.sh(`stowage run ${name} -- cat </run/big | sha256sum`)).toBe(`${sum}  -\n`);
        expect(await host.sh(`cat /run/big | stowage run ${name} -- sha256sum`)).toBe(`${sum}  -\n`);
        const both = "sh -c 'head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2'";
        expect(await host.sh(`stowage run ${name} -- ${both} 2>/run/err | wc -c; stat -c %s /run/err`)).toBe(
          "3000000\n2000000\n",
        );
        // A reader that goes away ends it, and what it would have read.
        expect((await host.sh(`stowage run ${name} -- yes | head -n 2`)).trim()).toBe("y\ny");
        await eventually(async () => expect(await isRunning(host, "yes")).toBe(false));
        expect(await host.tryStowage(["run", name, "--", "sh", "-c", "cat; echo over"])).toMatchObject({
          code: 0,
          stdout: "over\n",
          stderr: "",
        });
      }
    },
    { on: "trixie" },
  );

  scenario(
    "what ended it is told: a signal as a shell would, a step of systemd's with its reason",
    async ({ host }) => {
      await prepare(host);
      const signals = { HUP: 1, INT: 2, KILL: 9, USR1: 10, SEGV: 11, PIPE: 13, TERM: 15 };
      const cases = names.flatMap((name) =>
        Object.entries(signals).map(([signal, number]) => ({ name, signal, number })),
      );
      await each(cases, async ({ name, signal, number }) => {
        const ended = await host.tryStowage(["run", name, "--", "sh", "-c", `echo before; kill -${signal} $$`]);
        expect(ended, signal).toEqual({ code: 128 + number, stdout: "before\n", stderr: "" });
      });
      const refused = [
        [["--user", "nobody-at-all", "--", "true"], 217, "the user of --user is unknown"],
        [["--cwd", "/nowhere", "--", "true"], 200, "the directory of --cwd cannot be entered"],
        [["--cwd", "/etc/passwd", "--", "true"], 200, "the directory of --cwd cannot be entered"],
        [["--", "no-such-program"], 203, "there is no such program"],
        [["--", "/etc/passwd"], 203, "there is no such program"],
        [["--cwd", "etc", "--", "true"], 64, "--cwd takes a path from /"],
        [["--env", "A", "--", "true"], 64, "--env takes NAME=value"],
        [["--env", "=b", "--", "true"], 64, "--env takes NAME=value"],
        [["--env", "1A=b", "--", "true"], 64, "--env takes NAME=value"],
      ] as const;
      await each(refused, async ([argv, code, words]) => {
        const { stderr, ...outcome } = await host.tryStowage(["run", "own", ...argv]);
        expect([outcome, stderr]).toEqual([{ code, stdout: "" }, expect.stringContaining(words)]);
      });
    },
    { on: "trixie" },
  );

  scenario(
    "whose it is, where, and with what in its environment",
    async ({ host }) => {
      await prepare(host);
      const values = ["", "a b", "$HOME", "%h", "it's", 'say "hi"', "back\\slash", "two\nlines", "=", "ü"];
      const flags = values.flatMap((value, index) => ["--env", `V${index}=${value}`]);
      const shown = values.map((_, index) => `"$V${index}"`).join(" ");
      for (const name of names) {
        const script = `printf "%s\\0" "$(id -un)" "$PWD" "$HOME" "$USER" ${shown}`;
        const argv = ["run", name, "--user", "nobody", "--cwd", "/var/tmp", ...flags, "--", "sh", "-c", script];
        const [user, cwd, , of, ...rest] = (await host.stowage(argv)).split("\0");
        expect([user, cwd, of, rest.slice(0, -1)]).toEqual(["nobody", "/var/tmp", "nobody", values]);
        const plain = await host.stowage(
          ["run", name, "--", "sh", "-c", "id -u; pwd; echo $HOME; cat /proc/self/cgroup"],
          {
            env: { SECRET_OF_OURS: "x" },
          },
        );
        // In the container's own cgroup, so below its limits.
        expect(plain).toMatch(/^0\n\/\n\/root\n(.*\n)*0::\/.*system\.slice\/stowage-run-.*\n$/);
        expect(await host.stowage(["run", name, "--", "env"], { env: { SECRET_OF_OURS: "x" } })).not.toContain(
          "SECRET",
        );
      }
      // A package manager as root (T25): it finds its database. What is installed is declared, and written by nobody inside.
      const listed = ["run", "own", "--", "sh", "-c", "dpkg-query --list tmux | tail -n 1"];
      expect(await host.stowage(listed)).toMatch(/^ii +tmux /);
    },
    { on: "bookworm" },
  );
});

/** The program of health checks, run by this machine's own shell with checks that are programs of the test. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { healthProgram } from "../../src/runtimes/health-program.ts";

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "health-"));
  writeFileSync(join(place, "program"), healthProgram);
});
afterAll(() => rmSync(place, { recursive: true }));

function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", [join(place, "program"), ...argv], {
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  // Some services keep nothing of what is said on standard output.
  expect(stdout.replace(/^systemctl .*\n/, "")).toBe("");
  // With its level, for the journal.
  expect(stderr).toMatch(/^(<5>.+\n)?$/s);
  return { status, said: stderr.replaceAll("<5>", ""), stdout };
}

/** A check that ends with one status after the other, and with the last one for ever. */
function inTurn(name: string, statuses: readonly number[]): string[] {
  const file = join(place, name);
  writeFileSync(file, `${statuses.join("\n")}\n`);
  return [
    "sh",
    "-c",
    `s=$(head -n 1 "$1"); [ $(wc -l <"$1") -le 1 ] || sed -i 1d "$1"; echo "s$s"; exit $s`,
    "-",
    file,
  ];
}

test("ready: over when the check passes", () => {
  expect(run(["ready", "0.01", "5", "60", "0", ...inTurn("passes", [1, 1, 0])])).toEqual({
    status: 0,
    said: "",
    stdout: "",
  });
});

test("ready: when it takes too long it fails, and says what the check said", () => {
  const { status, said } = run(["ready", "0.2", "5", "1", "0", ...inTurn("never", [7])]);
  expect(status).toBe(1);
  expect(said).toBe("not healthy 1 seconds after its start; the last check: status 7: s7\n");
});

test("ready: what is given up is stopped first, by a command that is given word for word", () => {
  const file = join(place, "stopped");
  const stop = ["sh", "-c", 'printf "<%s>" "$@" >"$0"', file, "a b", "", "$HOME", "*"];
  const { status } = run(["ready", "0.01", "5", "0", `${stop.length}`, ...stop, "sh", "-c", "exit 3", "more", "words"]);
  expect(status).toBe(1);
  expect(readFileSync(file, "utf8")).toBe("<a b><><$HOME><*>");
  rmSync(file);
  expect(run(["told", `${stop.length}`, ...stop, "echo", "unhealthy"]).status).toBe(1);
  expect(readFileSync(file, "utf8")).toBe("<a b><><$HOME><*>");
  rmSync(file);
  expect(run(["ready", "0.01", "5", "0", `${stop.length}`, ...stop, "true"]).status).toBe(0);
  expect(() => readFileSync(file)).toThrow("ENOENT");
});

test.each([
  ["ready", ["0.05", "5", "600"], "exit 1"],
  ["told", [], "echo starting"],
])("%s: a start that is broken off stops the container", async (action, numbers, check) => {
  const file = join(place, `broken-off-${action}`);
  const stop = ["sh", "-c", 'echo stopped >"$0"', file];
  const words = [...numbers, `${stop.length}`, ...stop, "sh", "-c", `echo >>${file}.ran; ${check}`];
  const child = spawn("/bin/sh", [join(place, "program"), action, ...words], { stdio: "ignore" });
  while (!existsSync(`${file}.ran`)) await sleep(10);
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect(await ended).toEqual([1, null]);
  expect(readFileSync(file, "utf8")).toBe("stopped\n");
});

test("ready: a stop that is ended by a signal is made again", () => {
  const file = join(place, "again");
  const stop = ["sh", "-c", 'echo x >>"$0"; [ $(wc -l <"$0") -gt 1 ] || kill -TERM $$', file];
  expect(run(["ready", "0.01", "5", "0", `${stop.length}`, ...stop, "false"]).status).toBe(1);
  expect(readFileSync(file, "utf8")).toBe("x\nx\n");
});

test("ready: a check that hangs is ended, and so is one that does not want to", () => {
  expect(run(["ready", "0.01", "0.2", "0", "0", "sleep", "60"]).said).toContain(
    "status 124: it took longer than 0.2 seconds",
  );
});

test("ready: one that SIGTERM does not end is ended by SIGKILL", () => {
  const deaf = ["sh", "-c", 'trap "" TERM; while :; do sleep 60; done'];
  expect(run(["ready", "0.01", "0.2", "0", "0", ...deaf]).said).toContain(
    "status 137: it took longer than 0.2 seconds",
  );
}, 20_000);

test("ready: a container that has ended is not waited for", () => {
  const gone = spawnSync("true").pid;
  const { status, said } = run(["ready", "0.01", "5", "60", "0", "false"], { MAINPID: `${gone}` });
  expect({ status, said }).toEqual({ status: 1, said: "it ended before it was healthy\n" });
  expect(run(["ready", "0.01", "5", "60", "0", ...inTurn("lives", [1, 0])], { MAINPID: `${process.pid}` }).status).toBe(
    0,
  );
});

test("watch: fails when so many have failed in a row, and not when one in between has passed", () => {
  const { status, said } = run(["watch", "0.01", "5", "2", ...inTurn("watch", [0, 1, 0, 3, 4])]);
  expect(status).toBe(1);
  expect(said.split("\n")).toEqual([
    "check failed, 1 of 2: status 1: s1",
    "healthy again",
    "check failed, 1 of 2: status 3: s3",
    "check failed, 2 of 2: status 4: s4",
    "",
  ]);
});

test("of a check's words the last ones are kept, in one line, without half a character", () => {
  const said = (text: string) =>
    run(["watch", "0.01", "5", "1", "sh", "-c", 'printf "%s\\n" "$1"; exit 7', "-", text]).said;
  expect(said("one\ncurl: (7) refused")).toBe("check failed, 1 of 1: status 7: one curl: (7) refused\n");
  for (const end of ["", "x", "xx", "xxx"]) {
    const cut = said(`${"€\u{1f600}".repeat(200)}${end}`);
    expect(cut).not.toContain("\ufffd");
    expect(cut.endsWith(`€\u{1f600}${end}\n`)).toBe(true);
    expect(cut.length).toBeLessThan(400);
  }
});

test("a check's words are cut short, and do nothing", () => {
  const words = `$(touch ${place}/planted) \`id\` %s %n \\n`;
  const { said } = run([
    "watch",
    "0.01",
    "5",
    "1",
    "sh",
    "-c",
    'head -c 1000 /dev/zero | tr "\\0" x; printf "%s" "$1"; exit 1',
    "-",
    words,
  ]);
  expect(said).toMatch(/^check failed, 1 of 1: status 1: xxx/);
  expect(said.endsWith(`xxx${words}\n`)).toBe(true);
  expect(said.length).toBeLessThan(400);
  expect(() => readFileSync(`${place}/planted`)).toThrow("ENOENT");
});

test("a check gets its arguments as they are", () => {
  const words = ["", " ", "$HOME", "`id`", '"', "'", "\\", "*", "-n", "a\nb", "é€\u{1f600}", "%s"];
  const { said } = run(["watch", "0.01", "5", "1", "sh", "-c", 'printf "<%s>" "$@"; exit 1', "-", ...words]);
  // In one line.
  expect(said).toContain(words.map((word) => `<${word.replace("\n", " ")}>`).join(""));
});

test("told: as the engine says it", () => {
  const says = (...words: string[]) => {
    const file = join(place, "words");
    writeFileSync(file, `${words.join("\n")}\n`);
    return run(["told", "0", "sh", "-c", `head -n 1 "$1"; [ $(wc -l <"$1") -le 1 ] || sed -i 1d "$1"`, "-", file]);
  };
  expect(says("starting", "healthy")).toMatchObject({ status: 0, said: "" });
  expect(says("unhealthy")).toMatchObject({ status: 1, said: "the engine does not call it healthy: unhealthy\n" });
  expect(says("")).toMatchObject({
    status: 1,
    said: "the engine does not call it healthy: it has no health check\n",
  });
});

test("told: podman's warnings are no answer, but tell why there is none", () => {
  const says = (script: string) => run(["told", "0", "sh", "-c", script]);
  expect(says("echo a warning >&2; echo healthy")).toMatchObject({ status: 0, said: "" });
  expect(says("echo no such container >&2; exit 125").said).toBe(
    "the engine does not call it healthy: no such container\n",
  );
});

test("renew: only where the watch has ended by itself", () => {
  writeFileSync(join(place, "systemctl"), '#!/bin/sh\necho "systemctl $*"\n', { mode: 0o755 });
  const renew = (result: string) =>
    run(["renew", "container@web.service"], { PATH: `${place}:${process.env.PATH}`, SERVICE_RESULT: result });
  expect(renew("exit-code")).toEqual({
    status: 0,
    said: "unhealthy: it is restarted\n",
    stdout: "systemctl --no-block try-restart -- container@web.service\n",
  });
  for (const other of ["success", "signal", "timeout"]) expect(renew(other).stdout).toBe("");
});

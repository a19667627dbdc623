import { closeSync, openSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import { pasteable, run } from "../../src/host/run.ts";

async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof StowageError)) throw new Error(`expected a StowageError, got ${error}`);
  return error.problems[0]!;
}

test("arguments arrive as they were given, whatever they hold", async () => {
  const args = ["", " ", "a b", "$HOME", "*", "'\"", "a\nb", "--x", "\\", "ü"];
  const { stdout } = await run([
    process.execPath,
    "-e",
    "console.log(JSON.stringify(process.argv.slice(1)))",
    "--",
    ...args,
  ]);
  expect(JSON.parse(stdout)).toEqual(args);
});

test("input is written and closed; without input the program reads nothing", async () => {
  expect((await run(["cat"], { input: "hello" })).stdout).toBe("hello");
  expect((await run(["cat"])).stdout).toBe("");
});

test("a program that does not read its input is no failure", async () => {
  expect((await run(["true"], { input: "x".repeat(1_000_000) })).status).toBe(0);
});

test("a failure tells the cause, the command to paste, and what the program said", async () => {
  const problem = await problemOf(run(["sh", "-c", "echo out; echo oops >&2; exit 3"]));
  expect(problem).toEqual({
    code: "command-failed",
    message: "sh failed with exit status 3",
    details: ["$ sh -c 'echo out; echo oops >&2; exit 3'", "oops", "out"],
  });
});

test("a program that a signal ended says so", async () => {
  expect((await problemOf(run(["sh", "-c", "kill -9 $$"]))).message).toBe("sh was ended by SIGKILL");
});

test("a missing program names itself and its package", async () => {
  const problem = await problemOf(run(["no-such-program-here", "x"], { package: "systemd-container" }));
  expect(problem).toMatchObject({
    code: "program-missing",
    message: "the program no-such-program-here is not installed",
    hint: "install the package systemd-container",
  });
});

test("a time limit ends the program and what it started", async () => {
  const before = Date.now();
  // The grandchild holds the output open: were it left alone, run would wait for it.
  const problem = await problemOf(run(["sh", "-c", "sleep 30 & echo $!; wait"], { timeout: 200 }));
  expect(problem.code).toBe("command-timeout");
  expect(problem.message).toBe("sh did not end within 0.2 s");
  expect(Date.now() - before).toBeLessThan(2000);
});

test("an abort ends the program", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const { status } = await run(["sleep", "30"], { signal: controller.signal, accept: "any" });
  expect(status).toBe(128 + 15);
});

test("accepted statuses are answers", async () => {
  expect((await run(["sh", "-c", "exit 3"], { accept: [0, 3] })).status).toBe(3);
  expect((await problemOf(run(["sh", "-c", "exit 4"], { accept: [0, 3] }))).code).toBe("command-failed");
});

test("lines are told whole and as they come, a last one without a line break too", async () => {
  const lines: string[] = [];
  const program =
    "process.stdout.write(Buffer.from([0xc3])); setTimeout(() => process.stdout.write(Buffer.from([0xbc, 10, 98])), 30)";
  await run([process.execPath, "-e", program], { onLine: (line, stream) => lines.push(`${stream}:${line}`) });
  expect(lines).toEqual(["stdout:ü", "stdout:b"]);
});

test("a descriptor of ours is the program's third", async () => {
  const fd = openSync("/etc/passwd", "r");
  const { stdout } = await run(["cat", "/proc/self/fd/3"], { fds: [fd] });
  closeSync(fd);
  expect(stdout).toBe(readFileSync("/etc/passwd", "utf8"));
});

test("environment: added, and taken out", async () => {
  process.env.STOWAGE_TEST_OUT = "1";
  const { stdout } = await run(["sh", "-c", "echo $A-$STOWAGE_TEST_OUT-"], {
    env: { A: "b", STOWAGE_TEST_OUT: undefined },
  });
  delete process.env.STOWAGE_TEST_OUT;
  expect(stdout).toBe("b--\n");
});

test("what is shown can be pasted into a shell and means the same", async () => {
  const argv = ["printf", "%s\\n", "", "a b", "it's", "$HOME", "*", "x\ny", "plain-word_1.2/@:"];
  const { stdout } = await run(["sh", "-c", pasteable(argv)]);
  expect(stdout).toBe(`${argv.slice(2).join("\n")}\n`);
});

test("output that somebody else holds open does not outlast a limit", async () => {
  const began = Date.now();
  const argv = ["sh", "-c", "setsid sleep 20 & echo said"];
  expect((await run(argv, { timeout: 15_000 })).stdout).toBe("said\n");
  expect(Date.now() - began).toBeLessThan(10_000);
});

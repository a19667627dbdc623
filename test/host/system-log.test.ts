import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { pipe } from "../../src/host/run.ts";
import { systemLog } from "../../src/host/system-log.ts";

test("each line is an entry of its own, with its priority, and none so long that the journal makes two of it", async () => {
  const stdin = new PassThrough();
  const started: (readonly string[])[] = [];
  const log = systemLog("stowage", (argv) => {
    started.push(argv);
    return { stdin, stdout: new PassThrough(), ended: Promise.reject(new Error("there is no journal")) };
  });
  log.line("info", "one\n\n<0>two");
  log.line("error", "x".repeat(100_000));
  log.end();
  const written = (await stdin.toArray()).join("");
  expect(written).toBe(`<6>one\n<6><0>two\n<3>${"x".repeat(2000)}\n`);
  expect(started).toEqual([["systemd-cat", "--identifier=stowage"]]);
});

test("without the program nothing fails", async () => {
  const log = systemLog("stowage", (_, options) => pipe(["/nonexistent/systemd-cat"], options));
  log.line("info", "x");
  log.end();
  await new Promise((resolve) => setTimeout(resolve, 100));
});

/** logs, without a machine: what reads inside ends with the machine; of lines that are there already the last are shown. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { follow, readUntil } from "../../src/cli/logs/follow.ts";
import { type Line, read, type Source } from "../../src/cli/logs/source.ts";

const line = (text: string): Line =>
  ({ container: "web", from: "inside", time: Number(text), identifier: "x", pid: null, message: text }) as Line;
const source = (...argv: string[]): Source => ({ from: "inside", argv, line });
const life = (isAlive: () => boolean) => ({ isAlive, cgroups: null });

test("it does not wait for a machine that is gone; what it had said is there", async () => {
  const lines: string[] = [];
  const began = Date.now();
  const onLine = ({ message }: Line) => void lines.push(message);
  const { status } = await read(
    source("sh", "-c", "echo 1; exec sleep 50"),
    onLine,
    undefined,
    life(() => false),
  );
  expect(Date.now() - began).toBeLessThan(40_000);
  expect(status).not.toBe(0);
  expect(lines).toEqual(["1"]);
});

test("it waits for one that is there", async () => {
  const lines: string[] = [];
  const onLine = ({ message }: Line) => void lines.push(message);
  await read(
    source("sh", "-c", "echo 1; sleep 3; echo 2"),
    onLine,
    undefined,
    life(() => true),
  );
  expect(lines).toEqual(["1", "2"]);
});

test("an interrupt before what reads inside can be stopped stops it later, and is not waited for in vain", async () => {
  const directory = mkdtempSync(join(tmpdir(), "logs-"));
  const go = join(directory, "stopped");
  let tries = 0;
  const interrupt = new AbortController();
  // In a session of its own, as what a machine's systemd has started: once it speaks, our signal ends its parent alone.
  const inside = `echo 1; n=0; until [ -e ${go} ] || [ $n -gt 100 ]; do sleep 0.1; n=$((n+1)); done`;
  const reads: Source = {
    ...source("sh", "-c", `setsid sh -c '${inside}' & wait`),
    async stop() {
      tries += 1;
      if (tries < 3) throw new Error("no such unit");
      writeFileSync(go, "");
    },
  };
  try {
    const began = Date.now();
    await readUntil(
      reads,
      () => interrupt.abort(),
      interrupt.signal,
      life(() => true),
    );
    expect(tries).toBeGreaterThan(2);
    expect(Date.now() - began).toBeLessThan(8000);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("after an interrupt nothing is begun any more", async () => {
  const lines: Line[] = [];
  const began = source("sh", "-c", "echo 1; sleep 3");
  await readUntil(
    began,
    (one) => void lines.push(one),
    AbortSignal.abort(),
    life(() => true),
  );
  expect(lines).toEqual([]);
});

test("of the lines that are there already those are shown that are chosen, in that order", async () => {
  const shown: string[] = [];
  const giving =
    (...texts: string[]) =>
    async (onLine: (line: Line) => void) => {
      for (const text of texts) onLine(line(text));
    };
  const last = (lines: readonly Line[]) => [...lines].sort((a, b) => a.time - b.time).slice(-2);
  await follow([giving("3", "1"), giving("2", "4")], last, ({ message }) => void shown.push(message));
  expect(shown).toEqual(["3", "4"]);
});

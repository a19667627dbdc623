import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BadTar, parsePax, Truncated } from "../../../src/systems/import/tar-reader.ts";
import { paxRecord, tarEnd, tarHeader } from "../../../src/systems/import/tar-writer.ts";
import { archive, bytesOf, entry, readAll } from "./archive.ts";

const name = fc
  .array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 90 }), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("/").replaceAll("\0", "0"))
  .filter((text) => !text.endsWith("/"));

test("what is written is read again, whatever the names, wherever the chunks end", async () => {
  const files = fc.array(
    fc.record({
      name,
      text: fc.string({ maxLength: 2000 }),
      mode: fc.nat(0o7777),
      uid: fc.nat(5_000_000),
      mtime: fc.constantFrom("0", "17", "1700000000.123456789"),
      attributes: fc.constantFrom({}, { "SCHILY.xattr.user.a": "\u0000\u00ff=\n" }),
    }),
    { maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 3000 }), async (shorts, size) => {
      const read = await readAll(archive(...shorts), size);
      expect(read.map((one) => one.text)).toEqual(shorts.map((short) => short.text));
      expect(read.map((one) => one.entry)).toEqual(shorts.map(entry));
    }),
    { numRuns: 60 },
  );
});

test("no byte of a broken archive ends in anything but a word on it", async () => {
  const whole = archive({ name: `${"a/".repeat(80)}b`, text: "text" }, { name: "l", link: "x".repeat(150) });
  const change = fc.record({
    at: fc.nat(whole.length - 1),
    byte: fc.nat(255),
    cut: fc.integer({ min: 1, max: whole.length }),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, byte, cut }) => {
      const broken = Buffer.from(whole);
      broken[at] = byte;
      await readAll(broken.subarray(0, cut)).catch((error) => {
        expect([BadTar, Truncated].some((kind) => error instanceof kind)).toBe(true);
      });
    }),
    { numRuns: 300 },
  );
});

describe("archives that others write", () => {
  test.each(["posix", "gnu", "ustar"])("GNU tar, %s", async (format) => {
    const directory = mkdtempSync(join(tmpdir(), "stowage-tar-"));
    try {
      const long = format === "ustar" ? "long" : "long-".repeat(40);
      mkdirSync(`${directory}/in/${long}`, { recursive: true });
      writeFileSync(`${directory}/in/${long}/file`, "x".repeat(1500), { mode: 0o600 });
      symlinkSync(format === "ustar" ? "short" : "/target".repeat(30), `${directory}/in/link`);
      execFileSync("ln", [`${directory}/in/${long}/file`, `${directory}/in/same`]);
      const options = [`--format=${format}`, "--sort=name", "--owner=7", "--group=8", "--mtime=@1234"];
      const bytes = execFileSync("tar", ["-C", `${directory}/in`, ...options, "-cf", "-", "."]);
      const read = await readAll(bytes);
      const lines = read.map(({ entry: e, text }) => [
        e.kind,
        e.name,
        e.link,
        e.uid,
        e.gid,
        Number(e.mtime),
        text.length,
      ]);
      expect(lines).toEqual([
        ["directory", "./", "", 7, 8, 1234, 0],
        ["symlink", "./link", format === "ustar" ? "short" : "/target".repeat(30), 7, 8, 1234, 0],
        ["directory", `./${long}/`, "", 7, 8, 1234, 0],
        ["file", `./${long}/file`, "", 7, 8, 1234, 1500],
        ["hardlink", "./same", `./${long}/file`, 7, 8, 1234, 0],
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
  test("and they read ours", () => {
    const ours = archive({ name: "é".repeat(70), text: "text" }, { name: "plain/", mode: 0o750 });
    const listed = execFileSync("tar", ["-tvf", "-", "--quoting-style=literal"], { input: ours, encoding: "utf8" });
    expect(listed).toContain(`${"é".repeat(70)}\n`);
    expect(listed).toContain("drwxr-x---");
  });
});

describe("refused", () => {
  const refused = (bytes: Buffer) => expect(readAll(bytes)).rejects;
  test("what ends in the middle, or without the mark of its end", async () => {
    const whole = archive({ name: "a", text: "x".repeat(2000) });
    await refused(whole.subarray(0, 600)).toThrow(Truncated);
    await refused(whole.subarray(0, whole.length - tarEnd.length)).toThrow(Truncated);
    await refused(Buffer.alloc(0)).toThrow(Truncated);
  });
  test("what is no archive", () => refused(Buffer.from("#!/bin/sh\n".repeat(100))).toThrow(BadTar));
  test("names that are not UTF-8", async () => {
    const bytes = archive({ name: "abc" });
    bytes[1] = 0xff;
    bytes.write("        ", 148, "latin1");
    const sum = bytes.subarray(0, 512).reduce((all, byte) => all + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    await refused(bytes).toThrow("not UTF-8");
  });
  test("sparse files, whose size says nothing", async () => {
    const header = tarHeader({
      ...entry({ name: "a" }),
      attributes: new Map([["GNU.sparse.realsize", Buffer.from("9")]]),
    });
    await refused(Buffer.concat([header, tarEnd])).toThrow("sparse");
  });
  test("headers that want all the memory there is", async () => {
    const huge = Buffer.from(tarHeader(entry({ name: "a", size: 2 ** 31 })));
    huge.write("x", 156, "latin1");
    huge.write("        ", 148, "latin1");
    const sum = huge.reduce((all, byte) => all + byte, 0);
    huge.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    await refused(huge).toThrow("1 MiB");
  });
});

test("records of an extended header hold any bytes, and lengths are checked", () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(bytes, (value) => {
      expect(parsePax(paxRecord("key", value)).get("key")).toEqual(value);
    }),
  );
  for (const text of ["7 a=b\n", "5 a=b\n", "x a=b\n", "6 a=bc", "999 a=b\n", "5 ab\n\n"]) {
    expect(() => parsePax(Buffer.from(text))).toThrow(BadTar);
  }
});

test("what stands behind the end is there to be read", async () => {
  const bytes = bytesOf(Buffer.concat([archive({ name: "a" }), Buffer.from("rest")]));
  await bytes.take(archive({ name: "a" }).length);
  const rest: Buffer[] = [];
  for await (const part of bytes.rest()) rest.push(part);
  expect(Buffer.concat(rest).toString()).toBe("rest");
});

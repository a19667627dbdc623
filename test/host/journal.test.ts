import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { insideCommand } from "../../src/host/inside.ts";
import {
  cursorOf,
  insideOf,
  isEngineNote,
  isPayload,
  journalCommand,
  journalFiles,
  journalTime,
  parseEntry,
} from "../../src/host/journal.ts";

describe("entries", () => {
  test("of the usual form", () => {
    const line = JSON.stringify({
      __REALTIME_TIMESTAMP: "1700000000000001",
      SYSLOG_IDENTIFIER: "nginx",
      _PID: "12",
      MESSAGE: "hello",
    });
    expect(parseEntry(line)).toEqual({ time: 1700000000000001, identifier: "nginx", pid: "12", message: "hello" });
  });

  test("whose message is bytes, is missing, or was given twice", () => {
    const entry = (more: object) => parseEntry(JSON.stringify({ __REALTIME_TIMESTAMP: "1", _COMM: "x", ...more }));
    expect(entry({ MESSAGE: [104, 10, 105] })?.message).toBe("h\ni");
    expect(entry({ MESSAGE: "of conmon\n" })?.message).toBe("of conmon");
    expect(entry({ MESSAGE: null })?.message).toBe("");
    expect(entry({ MESSAGE: ["first", "second"] })?.message).toBe("first");
    expect(entry({})).toMatchObject({ identifier: "x", pid: null });
  });

  test("property: whatever a container says, nothing is thrown", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseEntry(line)));
    const field = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(fc.integer(), fc.string(), fc.array(fc.anything()))),
      fc.anything(),
    );
    const fields = fc.dictionary(fc.constantFrom("MESSAGE", "_PID", "__REALTIME_TIMESTAMP", "_COMM"), field);
    fc.assert(fc.property(fields, (value) => void parseEntry(JSON.stringify(value) ?? "")));
  });
});

test("of an OCI container's service: what the container says, and what podman notes for itself", () => {
  const event = "2026-11-22 13:18:51.37 +0000 UTC m=+0.71 container init 0fda5e514f0c494b (image=x, name=web)";
  expect(
    [event, "", "Error: no such image", `said: ${event}`].map((message) =>
      isEngineNote({ identifier: "podman", message }),
    ),
  ).toEqual([true, true, false, false]);
  expect(isEngineNote({ identifier: "web", message: event })).toBe(false);
  const fields = [
    { CONTAINER_NAME: "web", _COMM: "conmon" },
    { _COMM: "docker" },
    { _COMM: "podman" },
    { _COMM: "systemd" },
  ];
  expect(fields.map((one) => isPayload(JSON.stringify(one)))).toEqual([true, true, false, false]);
  expect(isPayload("no entry")).toBe(false);
});

test("what is asked of journalctl: each value is one argument", () => {
  const argv = journalCommand({ units: ["a b.service"], lines: 3, since: "10 minutes ago", follow: true });
  expect(argv).toContain("--since=10 minutes ago");
  expect(argv).toContain("--unit=a b.service");
  expect(argv).toContain("--lines=3");
  expect(argv).toContain("--follow");
});

describe("the journal below a root", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(`${tmpdir()}/stowage-root-`);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test("is there", () => {
    mkdirSync(`${root}/var/log/journal/id`, { recursive: true });
    for (const name of ["system.journal", "user-1000.journal", "fss"]) {
      writeFileSync(`${root}/var/log/journal/id/${name}`, "");
    }
    const files = ["system.journal", "user-1000.journal"].map((name) => `${root}/var/log/journal/id/${name}`);
    expect(journalFiles(root)).toEqual(files);
  });

  test("is not there, or is no directory", () => {
    expect(journalFiles(root)).toEqual([]);
    mkdirSync(`${root}/var/log`, { recursive: true });
    writeFileSync(`${root}/var/log/journal`, "");
    expect(journalFiles(root)).toEqual([]);
  });

  test("files and directories in it that are links are left out", () => {
    mkdirSync(`${root}/var/log/journal/id`, { recursive: true });
    mkdirSync(`${root}/elsewhere`);
    writeFileSync(`${root}/elsewhere/host.journal`, "");
    symlinkSync(`${root}/elsewhere/host.journal`, `${root}/var/log/journal/id/planted.journal`);
    symlinkSync(`${root}/elsewhere`, `${root}/var/log/journal/planted`);
    expect(journalFiles(root)).toEqual([]);
  });

  test.each(["var", "var/log", "var/log/journal"])(
    "is not looked for through a link that the container made: %s",
    (link) => {
      const elsewhere = mkdtempSync(`${tmpdir()}/stowage-elsewhere-`);
      mkdirSync(`${elsewhere}/var/log/journal/id`, { recursive: true });
      writeFileSync(`${elsewhere}/var/log/journal/id/system.journal`, "");
      mkdirSync(`${root}/${link.split("/").slice(0, -1).join("/")}`, { recursive: true });
      symlinkSync(`${elsewhere}/${link}`, `${root}/${link}`);
      expect(journalFiles(root)).toEqual([]);
      rmSync(elsewhere, { recursive: true });
    },
  );
});

test("a command inside: its words are literal, ours come before the --", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is systemd's, not ours
  const argv = insideCommand("web", "u.service", ["echo", "$HOME", "${X}", "$$", "-n", ""], {
    terminal: false,
    user: "www-data",
    cwd: "/srv",
    env: ["A=$B c"],
  });
  expect(argv.slice(argv.indexOf("--") + 1)).toEqual(["echo", "$$HOME", "$${X}", "$$$$", "-n", ""]);
  expect(argv.slice(0, argv.indexOf("--"))).toEqual([
    "systemd-run",
    "--machine=web",
    "--unit=u.service",
    "--quiet",
    "--wait",
    "--collect",
    "--pipe",
    "--service-type=exec",
    "--uid=www-data",
    "--working-directory=/srv",
    "--setenv=A=$B c",
    "--property=IgnoreSIGPIPE=no",
  ]);
});

test("a program whose name has a $ is found by env, as an argument", () => {
  const argv = insideCommand("web", "u.service", ["we$ird", "x"], { terminal: false, unlogged: true });
  expect(argv.slice(argv.indexOf("--"))).toEqual(["--", "env", "--", "we$$ird", "x"]);
  expect(argv).toContain("--pipe");
  expect(argv).toContain("--property=LogLevelMax=notice");
});

describe("points in time", () => {
  test.each([
    ["10m", "-10m"],
    ["1h30m", "-1h30m"],
    ["1700000000", "@1700000000"],
    ["1700000000.25", "@1700000000.25"],
    ["2023-11-14T22:13:20Z", "@1700000000.000"],
    ["2023-11-14T22:13:20.5+00:00", "@1700000000.500"],
    ["10 minutes ago", "10 minutes ago"],
    ["yesterday", "yesterday"],
    ["-1h", "-1h"],
    ["2023-11-14 22:13", "2023-11-14 22:13"],
    ["@5", "@5"],
  ])("%s", (text, time) => expect(journalTime(text)).toBe(time));
});

test("asked to go on after an entry, to a time, and for all", () => {
  const argv = journalCommand({ units: [], follow: true, after: { cursor: "s=1;i=2" }, until: "5m" });
  expect(argv).toEqual(expect.arrayContaining(["--after-cursor=s=1;i=2", "--until=-5m", "--lines=all", "--follow"]));
  expect(journalCommand({ units: [], follow: true, after: "boot" })).toContain("--boot");
  expect(cursorOf('{"__CURSOR":"s=1"}')).toBe("s=1");
  expect(cursorOf("{}")).toBeNull();
  expect(cursorOf("no JSON")).toBeNull();
});

describe("what a container's journal passes on to its console", () => {
  const entry = { time: 1, identifier: "container web", pid: "204" };
  test.each([
    ["[64334.1] nginx[34]: a page: served", { identifier: "nginx", pid: "34", message: "a page: served" }],
    ["[   12.345678] kernel: words", { identifier: "kernel", pid: null, message: "words" }],
    ["[  OK  ] Reached target paths.target - Path Units.", null],
    ["         Starting x.service: y", null],
    ["Trying to halt container.", null],
  ])("%s", (message, expected) => {
    expect(insideOf({ ...entry, message })).toEqual(expected === null ? null : { ...entry, ...expected });
  });
});

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mirrorsFor } from "../../../src/systems/debian/host-mirror.ts";

/** A host whose apt has other sources: apt.conf(5), APT_CONFIG is read before everything else. */
let place: string;
const before = process.env.APT_CONFIG;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-sources-"));
  for (const part of ["etc/sources.list.d", "lists/partial", "cache"])
    mkdirSync(join(place, part), { recursive: true });
  const settings = {
    "Dir::Etc::sourcelist": `${place}/etc/sources.list`,
    "Dir::Etc::sourceparts": `${place}/etc/sources.list.d`,
    "Dir::State::lists": `${place}/lists`,
    "Dir::Cache": `${place}/cache`,
  };
  const text = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  writeFileSync(join(place, "apt.conf"), text.join(""));
  process.env.APT_CONFIG = join(place, "apt.conf");
});
afterEach(() => {
  if (before === undefined) delete process.env.APT_CONFIG;
  else process.env.APT_CONFIG = before;
  rmSync(place, { recursive: true, force: true });
});

const mirror = {
  main: ["http://near.example/debian"],
  security: ["http://safe.example/debian-security"],
};
const oneLine = [
  "# deb http://old.example/debian bookworm main",
  "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://near.example/debian bookworm main contrib",
  "deb-src http://source.example/debian bookworm main",
  "deb http://safe.example/debian-security bookworm-security main",
  "deb https://packages.example/node nodistro main",
  "",
];
const deb822 = [
  "Types: deb deb-src",
  "URIs: http://near.example/debian/",
  "Suites: bookworm bookworm-updates",
  "Components: main",
  "",
  "Types: deb",
  "URIs: http://safe.example/debian-security",
  "Suites: bookworm-security",
  "Components: main",
  "",
  "Types: deb",
  "Enabled: no",
  "URIs: http://off.example/debian",
  "Suites: bookworm",
  "Components: main",
  "",
];

describe.skipIf(!existsSync("/usr/bin/apt-get"))("mirrors of the host's apt", () => {
  test.each([
    ["one-line sources", "sources.list", oneLine],
    ["one-line sources in a part", "sources.list.d/more.list", oneLine],
    ["deb822 sources", "sources.list.d/debian.sources", deb822],
  ])("%s", async (_, file, lines) => {
    writeFileSync(join(place, "etc", file), lines.join("\n"));
    expect(await mirrorsFor({ suite: "trixie" })).toEqual(mirror);
  });
  test("a declared one comes first, and is enough where the host has none", async () => {
    const declared = { main: "http://own.example/debian" };
    expect((await mirrorsFor({ suite: "trixie", mirror: declared })).main).toEqual(["http://own.example/debian"]);
    writeFileSync(join(place, "etc/sources.list"), oneLine.join("\n"));
    expect(await mirrorsFor({ suite: "trixie", mirror: declared })).toEqual({
      main: ["http://own.example/debian", ...mirror.main],
      security: mirror.security,
    });
  });
  test.skipIf(!existsSync("/usr/bin/mmdebstrap"))("where it has none, those that mmdebstrap takes", async () => {
    const found = await mirrorsFor({ suite: "trixie" });
    expect([found.main.length, found.security.length]).toEqual([1, 1]);
    expect(found.main[0]).toMatch(/^http.*\/debian$/);
  });
  test("where there is no mmdebstrap either, it is said how to name one", async () => {
    const path = process.env.PATH;
    // Of the programs asked for, only apt's are found there.
    const bin = join(place, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "apt-get"), '#!/bin/sh\nexec /usr/bin/apt-get "$@"\n', { mode: 0o755 });
    process.env.PATH = bin;
    try {
      await expect(mirrorsFor({ suite: "trixie" })).rejects.toMatchObject({
        problems: [{ code: "no-mirror", hint: expect.stringContaining("system.source.mirror") }],
      });
    } finally {
      process.env.PATH = path;
    }
  });
});

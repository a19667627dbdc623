import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aptFailure } from "../../../src/systems/debian/apt-errors.ts";
import {
  parseSimulation,
  parseStanzas,
  parseUris,
  statusOf,
  unknownNames,
} from "../../../src/systems/debian/apt-output.ts";
import { archivesOf } from "../../../src/systems/debian/archives.ts";
import { distance, nearNames } from "../../../src/systems/debian/near-names.ts";

const mirror = { main: ["http://mirror.example/debian"], security: ["http://mirror.example/debian-security"] };
const archives = archivesOf(mirror, { suite: "trixie" });
const hash = "fc".repeat(32);

describe("apt-get -s", () => {
  test("new packages, upgrades and removals are told apart", () => {
    const text = [
      "Remv exim4-base [4.98.2-1]",
      "Inst libc6 (2.41-12+deb13u4 Debian:13.7/stable [amd64]) []",
      "Inst openssl [3.5.1-1] (3.5.2-1 Debian-Security:13/stable-security [amd64])",
      "Conf libc6 (2.41-12+deb13u4 Debian:13.7/stable [amd64])",
    ].join("\n");
    expect(parseSimulation(text)).toEqual({
      installs: ["libc6"],
      upgrades: [{ name: "openssl", from: "3.5.1-1" }],
      removals: ["exim4-base"],
    });
  });
  test.each([
    ["E: Unable to locate package ngnix\nE: Unable to locate package postgresq1", ["ngnix", "postgresq1"]],
    ["E: Package 'mail-transport-agent' has no installation candidate", ["mail-transport-agent"]],
    ["E: Unmet dependencies.", []],
  ])("unknown names in %j", (text, names) => {
    expect(unknownNames(text)).toEqual(names);
  });
});

describe("apt-get --print-uris", () => {
  test("gives name, version, path and archive, with their codings undone", () => {
    const text = [
      `'http://mirror.example/debian/pool/main/g/gcc-14/libstdc%2b%2b6_14.2.0-19_amd64.deb' libstdc++6_14.2.0-19_amd64.deb 713628 SHA256:${hash}`,
      `'http://mirror.example/debian-security/pool/main/u/x/login_4.16.0-2%2breally2.41_amd64.deb' login_1%3a4.16.0-2+really2.41_amd64.deb 80 SHA256:${hash}`,
      "Reading package lists...",
      "",
    ].join("\n");
    expect(parseUris(text, archives)).toEqual([
      {
        name: "libstdc++6",
        version: "14.2.0-19",
        arch: "amd64",
        size: 713628,
        sha256: hash,
        path: "pool/main/g/gcc-14/libstdc++6_14.2.0-19_amd64.deb",
        archive: "debian",
      },
      {
        name: "login",
        version: "1:4.16.0-2+really2.41",
        arch: "amd64",
        size: 80,
        sha256: hash,
        path: "pool/main/u/x/login_4.16.0-2+really2.41_amd64.deb",
        archive: "debian-security",
      },
    ]);
  });
  test.each([
    ["a hash that is not SHA256", `'http://mirror.example/debian/a_1_all.deb' a_1_all.deb 1 MD5Sum:00`],
    ["another archive", `'http://elsewhere.example/debian/a_1_all.deb' a_1_all.deb 1 SHA256:${hash}`],
    [
      "an archive whose name only begins alike",
      `'http://mirror.example/debian2/a_1_all.deb' a_1_all.deb 1 SHA256:${hash}`,
    ],
  ])("leaves out %s", (_, line) => {
    expect(parseUris(line, archives)).toEqual([]);
  });
});

describe("control stanzas", () => {
  test("become a status file in which they are installed", () => {
    const stanzas = parseStanzas(
      "Package: a\nVersion: 1\nDepends: b\n\n\nPackage: b\nVersion: 1:2\nDescription: x\n more\n",
    );
    expect(stanzas.map(({ name, version }) => `${name} ${version}`)).toEqual(["a 1", "b 1:2"]);
    expect(statusOf(stanzas)).toBe(
      "Package: a\nStatus: install ok installed\nVersion: 1\nDepends: b\n\n" +
        "Package: b\nStatus: install ok installed\nVersion: 1:2\nDescription: x\n more\n",
    );
  });
});

describe("near names", () => {
  const names = ["nginx", "nginx-light", "postgresql", "openssh-server", "redis", "redis-server", "aview", "vim"];
  test.each([
    ["ngnix", ["nginx"]],
    ["postgresq1", ["postgresql"]],
    ["opensshserver", ["openssh-server"]],
    ["nginx_light", ["nginx-light"]],
    ["vmi", ["vim"]],
    ["something-else", []],
  ])("%s", (wanted, near) => {
    expect(nearNames(wanted, names)).toEqual(near);
  });
  test("the distance is symmetric, zero only for the same, and at most the changes that were made", () => {
    const word = fc.stringMatching(/^[a-d]{0,8}$/);
    fc.assert(
      fc.property(word, word, fc.nat(7), (a, b, at) => {
        expect(distance(a, b, 99)).toBe(distance(b, a, 99));
        expect(distance(a, b, 99) === 0).toBe(a === b);
        expect(distance(a, `${a.slice(0, at)}x${a.slice(at)}`, 99)).toBe(1);
        expect(distance(a, b, 2)).toBe(Math.min(distance(a, b, 99), 3));
      }),
    );
  });
});

describe("failures of apt", () => {
  test.each([
    ["E: Failed to fetch http://m/x.deb  404  Not Found [IP: 1.2.3.4 80]", "gone-from-mirror"],
    ["E: Failed to fetch http://m/x.deb  Hash Sum mismatch\n   Hashes of expected file:", "hash-mismatch"],
    [
      "E: Failed to fetch http://m/x.deb  Could not connect to m:80 (1.2.3.4). - connect (111: Connection refused)",
      "no-network",
    ],
    ["W: Failed to fetch http://m/InRelease  Temporary failure resolving 'm'", "no-network"],
    ["E: Write error - write (28: No space left on device)\nE: Failed to fetch x 404 Not Found", "disk-full"],
    ["W: GPG error: http://m trixie InRelease: NO_PUBKEY 0123", "not-signed"],
    ["E: Release file for http://m/InRelease is expired (invalid since 2d).", "release-date"],
    ["E: something new", "apt-failed"],
  ])("%j", (output, code) => {
    const [problem] = aptFailure("packages could not be fetched", output).problems;
    expect(problem?.code).toBe(code);
    expect(problem?.details?.join()).toContain(output.split("\n")[0]);
  });
});

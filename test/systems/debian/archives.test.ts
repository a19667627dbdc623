import { describe, expect, test } from "vitest";
import {
  archivesOf,
  carriedSettings,
  chooseMirror,
  type Mirror,
  mirrorFor,
} from "../../../src/systems/debian/archives.ts";
import { distributionOf, mirrorOfSources } from "../../../src/systems/debian/distributions.ts";

const mirror = { main: ["http://mirror.example/debian"], security: ["http://mirror.example/debian-security"] };
const none = { main: [], security: [] };
const debian = distributionOf("trixie");

describe("the mirror", () => {
  const line = (...parts: string[]) => parts.join("|");
  test("is known by the origin in its Release file, whatever its path", () => {
    const text = [
      line("https://packages.example/linux/debian/", "Docker", "Docker CE", "bookworm", "main"),
      line("http://deb.example/d/", "Debian", "Debian", "bookworm", "main"),
      line("http://deb.example/s/", "Debian", "Debian-Security", "bookworm-security", "main"),
    ].join("\n");
    expect(chooseMirror(text, debian)).toEqual({ main: ["http://deb.example/d"], security: ["http://deb.example/s"] });
  });
  test("before the first update, by the customary path", () => {
    const none = "$(ORIGIN)|$(LABEL)";
    const text = [
      line("https://deb.example/node_20.x/", none, "nodistro", "main"),
      line("http://deb.example/debian/", none, "bookworm", "main"),
      line("http://deb.example/debian-security/", none, "bookworm-security", "main"),
    ].join("\n");
    expect(chooseMirror(text, debian)).toEqual({
      main: ["http://deb.example/debian"],
      security: ["http://deb.example/debian-security"],
    });
  });
  test("is none on a host of another distribution", () => {
    const ubuntu = line("http://archive.example/ubuntu/", "Ubuntu", "Ubuntu", "noble", "main");
    expect(chooseMirror(ubuntu, debian)).toEqual(none);
    expect(chooseMirror("", debian)).toEqual(none);
    expect(chooseMirror(ubuntu, distributionOf("noble")).main).toEqual(["http://archive.example/ubuntu"]);
  });
  test("a stable suite has updates and security, a rolling one has neither", () => {
    expect(archivesOf(mirror, { suite: "trixie" }).map((archive) => [archive.id, ...archive.suites])).toEqual([
      ["debian", "trixie", "trixie-updates"],
      ["debian-security", "trixie-security"],
    ]);
    expect(archivesOf(mirror, { suite: "sid" }).map((archive) => archive.suites)).toEqual([["sid"]]);
  });
  test("of the host's settings, how to reach mirrors and whether dates count are carried over, and no hooks", () => {
    const dump = [
      '"Acquire::Check-Valid-Until" "false";',
      '"Acquire::http::Proxy" "http://proxy.example:3128";',
      '"Acquire::https::proxy.example::Verify-Peer" "true";',
      '"Acquire::http" "";',
      '"DPkg::Post-Invoke::" "rm -rf /";',
      '"Acquire::AllowInsecureRepositories" "true";',
    ].join("\n");
    expect(carriedSettings(dump)).toEqual(dump.split("\n").slice(0, 3));
  });
  test("of several with Debian all are known, in their order, each once", () => {
    const text = [
      line("http://near.example/debian/", "Debian", "Debian", "trixie", "main"),
      line("http://near.example/debian/", "Debian", "Debian", "trixie-updates", "main"),
      line("http://far.example/debian/", "Debian", "Debian", "trixie", "main"),
    ].join("\n");
    expect(chooseMirror(text, debian).main).toEqual(["http://near.example/debian", "http://far.example/debian"]);
  });
  test("that is declared comes before the host's; with keys of its own it stands alone", () => {
    const main = "http://own.example/debian/";
    expect(mirrorFor({ main }, mirror)).toEqual({
      main: ["http://own.example/debian", "http://mirror.example/debian"],
      security: mirror.security,
    });
    expect(mirrorFor({ main, keyring: "/k" }, mirror)).toEqual({ main: ["http://own.example/debian"], security: [] });
    expect(mirrorFor({ keyring: "/k" }, mirror)).toEqual(mirror);
    expect(mirrorFor(undefined, mirror)).toEqual(mirror);
  });
  test("further suites are those that are named, the ones of security in their own archive", () => {
    const suites = (furtherSuites: string[], from: Mirror = mirror) =>
      archivesOf(from, { suite: "trixie", furtherSuites }).map((archive) => [archive.id, ...archive.suites]);
    expect(suites(["trixie-backports", "trixie-security"])).toEqual([
      ["debian", "trixie", "trixie-backports"],
      ["debian-security", "trixie-security"],
    ]);
    expect(suites([])).toEqual([["debian", "trixie"]]);
    expect(suites(["trixie-security"], { main: mirror.main, security: [] })).toEqual([["debian", "trixie"]]);
    expect(archivesOf(mirror, { suite: "noble" }).map((archive) => archive.id)).toEqual(["ubuntu", "ubuntu-security"]);
  });
  test("of mmdebstrap is what it would write to sources.list", () => {
    const text = [
      "deb [signed-by=/k.gpg] http://deb.example/debian trixie main",
      "deb http://deb.example/debian/ trixie-updates main",
      "deb http://sec.example/debian-security trixie-security main",
      "E: command failed",
    ].join("\n");
    expect(mirrorOfSources(text)).toEqual({
      main: ["http://deb.example/debian"],
      security: ["http://sec.example/debian-security"],
    });
  });
});

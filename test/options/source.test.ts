import { describe, expect, test } from "vitest";
import { requestsOf } from "../../src/compile/index.ts";
import { evalModules } from "../../src/modules/index.ts";
import { type HostConfig, hostModule } from "../../src/options/index.ts";
import { debian } from "../../src/options/system/source.ts";

const evaluated = (source: unknown) =>
  evalModules({
    modules: [hostModule, { containers: { web: { config: { packages: ["curl"], system: { source } } } } }],
  });
const requestOf = (source: unknown) => requestsOf(evaluated(source).config as HostConfig)[0];
const plain = { kind: "debian", suite: "bookworm", packages: ["curl"] };

describe("system.source", () => {
  test("debian() is the same as the object it stands for", () => {
    expect(requestOf(debian({ suite: "bookworm" }))).toEqual(plain);
    expect(requestOf({ kind: "debian", suite: "bookworm" })).toEqual(plain);
    expect(requestOf({ suite: "bookworm", components: ["main"] })).toEqual(plain);
  });
  test("everything that is said of the archives is asked for", () => {
    const source = debian({
      suite: "bookworm",
      components: ["main", "contrib"],
      furtherSuites: [],
      mirror: "https://mirror.example/debian",
      securityMirror: "file:/srv/mirror/debian-security",
      keyring: "/etc/keys.gpg",
    });
    expect(requestOf(source)).toEqual({
      ...plain,
      components: ["contrib", "main"],
      furtherSuites: [],
      mirror: {
        main: "https://mirror.example/debian",
        security: "file:/srv/mirror/debian-security",
        keyring: "/etc/keys.gpg",
      },
    });
  });
  test.each([
    { mirror: "mirror.example/debian" },
    { mirror: "http://mirror.example/debian trixie main" },
    { mirror: "http://mirror.example/debian\nTrusted: yes" },
    { securityMirror: "http://mirror.example/$(ARCH)" },
    { components: [] },
    { components: ["main contrib"] },
    { furtherSuites: ["-o"] },
    { suite: "../trixie" },
  ])("%j is refused", (source) => {
    expect(evaluated(source).issues.map((issue) => issue.code)).toEqual(["wrong-type"]);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { hostMirror, parseDeb822, parseOneLine } from "../../lab/mirror.ts";
import { sourceLine } from "../../lab/tree.ts";

const made: string[] = [];
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

function machine(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "lab-mirror-"));
  made.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const bookworm = { "etc/os-release": 'NAME="Debian"\nVERSION_CODENAME=bookworm\nID=debian\n' };
const deb822 = `# Types: deb
Types: deb
# URIs: http://commented.example/debian
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
`;

test("both formats are read", () => {
  expect(parseDeb822(deb822)).toEqual([
    { uri: "http://mirror.example/debian", suites: ["bookworm", "bookworm-updates"], components: ["main"] },
    { uri: "http://security.example/debian-security", suites: ["bookworm-security"], components: ["main"] },
  ]);
  expect(
    parseOneLine(
      "# deb http://no.example x main\ndeb [arch=amd64 signed-by=/k] http://m.example/debian sid main contrib # c",
    ),
  ).toEqual([{ uri: "http://m.example/debian", suites: ["sid"], components: ["main", "contrib"] }]);
});

test("a stanza may be continued, switched off, or for sources only", () => {
  expect(
    parseDeb822("Types: deb\nURIs:\n http://a.example/debian\n http://b.example/debian\nSuites: sid\nComponents: main"),
  ).toHaveLength(2);
  expect(parseDeb822("Enabled: no\nTypes: deb\nURIs: http://a.example\nSuites: sid\nComponents: main")).toEqual([]);
  expect(parseDeb822("Types: deb-src\nURIs: http://a.example\nSuites: sid\nComponents: main")).toEqual([]);
});

test("the mirror is that of Debian itself, not of security or of somebody else's packages", () => {
  const other = "deb https://vendor.example/debian-packages bookworm main\n";
  const files = { "etc/apt/sources.list.d/debian.sources": deb822, "etc/apt/sources.list.d/a.list": other };
  expect(hostMirror(machine({ ...bookworm, ...files }))).toBe("http://mirror.example/debian");
  expect(hostMirror(machine({ ...bookworm, "etc/apt/sources.list": "deb http://m.example/d bookworm main\n" }))).toBe(
    "http://m.example/d",
  );
});

test("without one, mmdebstrap takes its own default", () => {
  const ubuntu = {
    "etc/os-release": "ID=ubuntu\nVERSION_CODENAME=noble\n",
    "etc/apt/sources.list": "deb http://u.example/ubuntu noble main\n",
  };
  expect(hostMirror(machine(ubuntu))).toBeUndefined();
  expect(hostMirror(machine(bookworm))).toBeUndefined();
  expect(hostMirror(machine({}))).toBeUndefined();
  expect(sourceLine("trixie", undefined)).not.toContain("undefined");
  expect(sourceLine("trixie", "http://m.example/debian")).toEqual(["deb http://m.example/debian trixie main"]);
});

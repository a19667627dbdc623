/** What the Debian package says of itself, and what it refuses to pass on. That it installs and works is for scenarios. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { edited, patternOf } from "../scenarios/package/document.ts";

interface Notice {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}
// Tools are plain JavaScript.
const tool = (path: string): Promise<unknown> => import(path);
const { bundledNode } = (await tool("../../tools/deb/node.mjs")) as { bundledNode(file: string): unknown };
const { bundledModules } = (await tool("../../tools/deb/modules.mjs")) as {
  bundledModules(root: string, manifest: object): unknown;
};
const { copyrightText, setModes } = (await tool("../../tools/deb/parts.mjs")) as {
  copyrightText(parts: object): string;
  setModes(stage: string): void;
};
const { bundledPackages, noticeOf } = (await tool("../../tools/notices.mjs")) as {
  bundledPackages(dist: string): string[];
  noticeOf(name: string, modules?: string): Notice;
};

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-deb-test-"));
});
afterEach(() => rmSync(place, { recursive: true }));

const put = (path: string, text: string): string => {
  const file = join(place, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
};

describe("no Node is passed on that", () => {
  const node = (version: string): string => {
    const file = put("bin/node", `#!/bin/sh\necho ${version}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  test("is too old", () => expect(() => bundledNode(node("v20.18.3"))).toThrow("Node 20.18.3 is too old"));
  test("has no licence beside it", () => {
    put("LICENSE", "of something else");
    expect(() => bundledNode(node("v22.12.0"))).toThrow("it cannot be passed on");
  });
});

describe("licences", () => {
  test("of what is bundled: what the bundler has marked", () => {
    put("dist/app.cjs", "// src/a.ts\n  // node_modules/@stricli/core/dist/index.js\n");
    put("dist/library/index.js", "// node_modules/ip-address/dist/a.js\n// node_modules/ip-address/dist/b.js\n");
    expect(bundledPackages(join(place, "dist"))).toEqual(["@stricli/core", "ip-address"]);
  });
  test("are whole texts, also where a package only names one", () => {
    expect(noticeOf("picocolors").text).toMatch(/^ISC License\n/);
    expect(noticeOf("@stricli/core")).toMatchObject({
      license: "Apache-2.0",
      text: expect.stringContaining("END OF TERMS"),
    });
  });
  test("that nobody has the text of are refused", () => {
    put("odd/package.json", '{ "version": "1", "license": "Odd-1.0" }');
    expect(() => noticeOf("odd", place)).toThrow("odd has no licence that can be passed on: Odd-1.0");
  });
  test("stand in fields, in which an empty line is a dot", () => {
    const notices = [{ name: "@a/b", version: "1", license: "MIT", text: "Copyright (c) B\n\nDo.\n" }];
    const text = copyrightText({
      licence: "Copyright (c) us\n",
      node: { version: "20.19.0", licence: "Node.js" },
      notices,
    });
    expect(text).toContain("License: MIT-of--a-b\n Copyright (c) B\n .\n Do.\n");
    expect(text).toContain(
      "Files: usr/lib/stowage/dist/*\nCopyright: (c) us\n (c) B\nLicense: Expat and MIT-of--a-b\n\n",
    );
    expect(text).not.toMatch(/\n\n\n/);
  });
  test("no two stanzas name the same files, of which the last one alone would count", () => {
    const notice = (name: string, directories?: string[]) => ({
      ...{ name, version: "1", license: "MIT", directories },
      text: `Copyright (c) ${name}\n`,
    });
    const text = copyrightText({
      licence: "Copyright (c) us\n",
      node: { version: "20.19.0", licence: "Node.js" },
      notices: [notice("a"), notice("b"), notice("c", ["c", "@c/linux"]), notice("d", ["d", "@d/linux"])],
    });
    const files = [...text.matchAll(/^Files: (.*)$/gm)].map(([, names]) => names);
    expect(files).toEqual([
      "*",
      "usr/lib/stowage/node",
      "usr/lib/stowage/dist/*",
      "usr/lib/stowage/node_modules/c/* usr/lib/stowage/node_modules/@c/linux/*",
      "usr/lib/stowage/node_modules/d/* usr/lib/stowage/node_modules/@d/linux/*",
    ]);
    // Each licence that is named has its text.
    const named = [...text.matchAll(/^Files: .*\n(?:.*\n)*?License: (.*)$/gm)].flatMap(([, names = ""]) =>
      names.split(" and "),
    );
    for (const name of named) expect(text).toMatch(new RegExp(`^License: ${name}\n \\S`, "m"));
  });
});

test("modes are the package's, and not those of a checkout with another umask", () => {
  const mode = (path: string) => (statSync(join(place, path)).mode & 0o7777).toString(8);
  chmodSync(put("usr/program", ""), 0o4700);
  chmodSync(put("usr/in/text", ""), 0o600);
  chmodSync(put("usr/open", ""), 0o666);
  chmodSync(put("away", ""), 0o600);
  symlinkSync("../away", join(place, "usr/link"));
  for (const directory of ["usr/in", "usr"]) chmodSync(join(place, directory), 0o700);
  setModes(join(place, "usr"));
  expect(["usr", "usr/in", "usr/in/text", "usr/program", "usr/open", "away"].map(mode)).toEqual([
    ...["755", "755", "644", "755", "644", "600"],
  ]);
});

test("a build without types is refused before anything is made of it", () => {
  const argv = [fileURLToPath(new URL("../../tools/package-deb.mjs", import.meta.url))];
  const env = { ...process.env, SOURCE_DATE_EPOCH: "1700000000" };
  put("dist/app.cjs", "");
  const { status, stderr } = spawnSync(process.execPath, [...argv, "--dist", join(place, "dist"), "--out", place], {
    ...{ env, encoding: "utf8" },
  });
  expect(status).toBe(1);
  expect(stderr).toContain("this build has no types: npm run build");
});

test("a purge enters no mount in the cache, and does not fail for one", () => {
  const said = join(place, "said");
  for (const name of ["rm", "rmdir"])
    chmodSync(put(`bin/${name}`, `#!/bin/sh\necho "${name} $*" >>${said}\nexit 1\n`), 0o755);
  const script = fileURLToPath(new URL("../../packaging/debian/postrm", import.meta.url));
  expect(spawnSync("/bin/sh", [script, "purge"], { env: { PATH: join(place, "bin") } }).status).toBe(0);
  expect(readFileSync(said, "utf8")).toMatch(/^rm -rf --one-file-system \/var\/cache\/stowage\n/);
});

test("a dependency of another version than is declared is not packed", () => {
  put("node_modules/esbuild/package.json", '{ "version": "0.1.0" }');
  expect(() => bundledModules(place, { dependencies: { esbuild: "0.2.0" } })).toThrow("esbuild 0.1.0 is installed");
});

describe("a page that is played", () => {
  test("has … for any lines, and for any text in one", () => {
    const pattern = patternOf(["a … c", "…", "end."]);
    for (const right of ["a b c\nend.\n", "a  c\nx\ry\n\nend.\n"]) expect(right).toMatch(pattern);
    for (const wrong of ["a b\nc\nend.\n", "a b c\nend!\n", "a b c\nend.\nmore\n"]) expect(wrong).not.toMatch(pattern);
    expect("anything\n").not.toMatch(patternOf([]));
  });
  test("edits what is there once", () => {
    expect(edited("a\nb\nc\n", "-b\n+x\n+y\n")).toBe("a\nx\ny\nc\n");
    expect(edited("a\nb\nc\nb\n", " a\n-b\n+x\n")).toBe("a\nx\nc\nb\n");
    expect(() => edited("b\nb\n", "-b\n+x\n")).toThrow();
    expect(() => edited("a\n", "-b\n+x\n")).toThrow();
  });
});

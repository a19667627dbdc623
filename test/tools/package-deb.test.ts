/** What the Debian package says of itself, and what it refuses to pass on. That it installs and works is for scenarios. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
const { copyrightText } = (await tool("../../tools/deb/parts.mjs")) as { copyrightText(parts: object): string };
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
    expect(text).toContain("Copyright: Copyright (c) B\nLicense: MIT-of--a-b\n Copyright (c) B\n .\n Do.\n");
    expect(text).not.toMatch(/\n\n\n/);
  });
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

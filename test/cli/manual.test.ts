/** Man pages and the reference are what the registry of verbs says. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeVerb } from "../../src/cli/verbs/described.ts";
import { aliases, verbs } from "../../src/cli/verbs/index.ts";
import { manual } from "../../tools/man/pages.ts";
import { commandMarkdown } from "../../tools/man/reference.ts";
import { escaped, line, paragraph } from "../../tools/man/roff.ts";

const pages = manual("1.2.3");

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(`${tmpdir()}/stowage-manual-`);
  mkdirSync(`${directory}/man1`);
  for (const [name, text] of Object.entries(pages)) writeFileSync(`${directory}/man1/${name}`, text);
});
afterAll(() => rmSync(directory, { recursive: true }));

test("the reference of the command is up to date", async () => {
  await expect(commandMarkdown()).toMatchFileSnapshot("../../docs/reference/command.md");
});

test("there is a page of the command, of every verb, and of every other name", () => {
  const names = ["stowage", ...[...Object.keys(verbs), ...Object.keys(aliases)].map((name) => `stowage-${name}`)];
  expect(Object.keys(pages).sort()).toEqual(names.map((name) => `${name}.1`).sort());
});

test("npm installs all of them", () => {
  const { man } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(man).toEqual(
    Object.keys(pages)
      .sort()
      .map((name) => `dist/man/${name}`),
  );
});

test("text is never a request or an escape", () => {
  expect(line(".so /etc/passwd")).toBe("\\&.so /etc/passwd");
  expect(line("'br")).toBe("\\&\\(aqbr");
  expect(escaped("a\\fB-c")).toBe("a\\efB\\-c");
  expect(paragraph("One. Two of .it.")).toBe("One.\nTwo of .it.");
});

test.each(Object.entries(verbs))("the page of %s has all that its help has", (name, verb) => {
  const { flags, examples, brief } = describeVerb(name, verb);
  const page = pages[`stowage-${name}.1`]!;
  expect(page).toContain(escaped(brief));
  for (const flag of flags) expect(page.includes(`\\fB${escaped(`--${flag.name}`)}\\fR`)).toBe(!flag.isHidden);
  for (const example of examples) expect(page).toContain(escaped(`stowage ${example}`));
});

test("groff, which man(1) runs, reads all of them without a warning", () => {
  const argv = ["-man", "-ww", "-Tutf8", "-P-cbou", ...Object.keys(pages).map((file) => `man1/${file}`)];
  const { status, stdout, stderr } = spawnSync("groff", argv, { cwd: directory, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout.match(/EXAMPLES/g)).toHaveLength(Object.keys(pages).length - 1);
});

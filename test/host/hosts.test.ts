import fc from "fast-check";
import { expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import { hostsBegin, hostsBlock, hostsEnd, withHostsBlock } from "../../src/host/hosts.ts";

const foreign = "127.0.0.1\tlocalhost\n# mine\n\n10.0.0.1 nas";

test("the block is added at the end, replaced where it stands, and taken out", () => {
  const one = withHostsBlock(foreign, "10.233.1.2 web.containers\n");
  expect(one).toBe(`${foreign}\n${hostsBegin}\n10.233.1.2 web.containers\n${hostsEnd}\n`);
  const later = `${one}10.0.0.9 printer\n`;
  expect(hostsBlock(later)).toBe("10.233.1.2 web.containers\n");
  const two = withHostsBlock(later, "10.233.1.3 db.containers\n");
  expect(two).toBe(`${foreign}\n${hostsBegin}\n10.233.1.3 db.containers\n${hostsEnd}\n10.0.0.9 printer\n`);
  expect(withHostsBlock(two, null)).toBe(`${foreign}\n10.0.0.9 printer\n`);
  expect(withHostsBlock(two, "")).toBe(withHostsBlock(two, null));
});

test("no block: nothing is found, and nothing is changed by taking it out", () => {
  expect(hostsBlock(foreign)).toBeNull();
  expect(withHostsBlock(foreign, null)).toBe(foreign);
  expect(withHostsBlock("", null)).toBe("");
});

test.each([
  ["no end", `a\n${hostsBegin}\nb\n`],
  ["no begin", `a\n${hostsEnd}\nb\n`],
  ["the wrong way round", `${hostsEnd}\n${hostsBegin}\n`],
  ["twice", `${hostsBegin}\n${hostsEnd}\n${hostsBegin}\n${hostsEnd}\n`],
])("markers that are not one pair stop us: %s", (_, text) => {
  expect(() => hostsBlock(text)).toThrow(StowageError);
  expect(() => withHostsBlock(text, "1.2.3.4 x\n")).toThrow(StowageError);
});

const line = fc.stringMatching(/^[ -~\t\r]{0,30}$/).filter((text) => ![hostsBegin, hostsEnd].includes(text.trimEnd()));
const lines = fc.array(line, { maxLength: 8 });
const block = lines.map((all) => all.map((text) => `${text}\n`).join(""));

test("property: foreign lines are never changed, and our block is what was put there", () => {
  fc.assert(
    fc.property(lines, fc.boolean(), lines, fc.option(block), block, (before, broken, after, old, next) => {
      const end = broken ? "" : "\n";
      const foreignText = [...before, ...after].join("\n") + (after.length > 0 ? end : "");
      const text =
        old === null
          ? foreignText
          : `${before.map((l) => `${l}\n`).join("")}${hostsBegin}\n${old}${hostsEnd}\n${after.join("\n")}`;
      const result = withHostsBlock(text, next);
      expect(hostsBlock(result)).toBe(next === "" ? null : next);
      const without = (all: string) =>
        withHostsBlock(all, null)
          .split("\n")
          .filter((l) => l !== "");
      const theirs = [...before, ...after].filter((l) => l !== "");
      expect(without(result)).toEqual(theirs);
      expect(without(text)).toEqual(theirs);
      // Writing the same block again changes nothing.
      expect(withHostsBlock(result, next)).toBe(result);
    }),
  );
});

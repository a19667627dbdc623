/** docs/design/scenarios.md says of each scenario of a switch where it is covered: the places exist. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const rows = readFileSync(join(root, "docs/design/scenarios.md"), "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, number, where] = /^\| T(\d+)[^|]*\| ([^|]*) \|/.exec(line) ?? [];
    return number === undefined ? [] : [{ number: Number(number), where: where ?? "" }];
  });
const cases = readdirSync(join(import.meta.dirname, "cases")).map((file) => file.replace(/\.json$/, ""));

/** `plans/NAME`, also with a `*`; a path below the root, or below the scenarios. */
function isThere(place: string): boolean {
  if (!place.startsWith("plans/"))
    return [root, join(root, "test/scenarios")].some((directory) => existsSync(join(directory, place)));
  const pattern = new RegExp(`^${place.slice("plans/".length).replaceAll("*", ".*")}$`);
  return cases.some((name) => pattern.test(name));
}

test("every scenario from T50 to T106 has a row, and every place in a row is there", () => {
  const numbers = rows.map(({ number }) => number);
  const all = Array.from({ length: 57 }, (_, at) => 50 + at);
  expect(all.filter((number) => !numbers.includes(number))).toEqual([]);
  for (const { number, where } of rows) {
    const places = [...where.matchAll(/`([^`]+)`/g)].map(([, place]) => place ?? "");
    expect([number, places.filter((place) => !isThere(place))]).toEqual([number, []]);
    if (places.length === 0) expect(where).toBe("does not apply");
  }
});

test("a case that says what it is for is named there", () => {
  for (const name of cases) {
    const { shows = [] } = JSON.parse(readFileSync(join(import.meta.dirname, "cases", `${name}.json`), "utf8"));
    for (const one of shows as string[]) expect(rows.map(({ number }) => `T${number}`)).toContain(one);
  }
});

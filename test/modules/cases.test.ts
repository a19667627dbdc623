/** The tables of cases, each evaluated also without the short way for plain data: the same must come out. */
import { readdirSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { shortcuts } from "../../src/modules/pass.ts";
import { type Case, Expectation, outcome } from "./case.ts";

const folder = new URL("./cases/", import.meta.url);
const tables = await Promise.all(
  readdirSync(folder).map(async (file) => ({
    file,
    ...((await import(`./cases/${file.replace(/\.ts$/, "")}.ts`)) as { cases: readonly Case[] }),
  })),
);

afterEach(() => {
  shortcuts.taken = true;
});

for (const { file, cases } of tables) {
  describe(file.replace(/\.ts$/, ""), () => {
    for (const [name, modules, expected] of cases) {
      for (const taken of [true, false]) {
        test(taken ? name : `${name} (the long way)`, () => {
          shortcuts.taken = taken;
          const {
            config,
            problems = [],
            warnings = [],
          } = expected instanceof Expectation ? expected : { config: expected };
          const got = outcome(modules);
          expect(got.problems).toEqual(problems);
          expect(got.warnings).toEqual(warnings);
          if (config) expect(got.config).toEqual(config);
        });
      }
    }
  });
}

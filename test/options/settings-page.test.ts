import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evalModules } from "../../src/modules/index.ts";
import { hostModule } from "../../src/options/index.ts";

test("what docs/how-to/settings.md shows is a configuration", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/how-to/settings.md"), "utf8");
  const shown = /```ts\n(config: [\s\S]*?)```/.exec(page)?.[1] ?? expect.fail();
  const container: unknown = new Function(`return { ${shown} };`)();
  const { issues, config } = evalModules({ modules: [hostModule, { containers: { web: container } }] });
  expect(issues).toEqual([]);
  expect(config).toMatchObject({ containers: { web: { config: { time: { timeZone: "Europe/Berlin" } } } } });
});

/** Every example is a configuration without mistakes, as `stowage check` sees it. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { World } from "./cli/world.ts";

const examples = fileURLToPath(new URL("../examples", import.meta.url));
const world = new World();
world.env = { ...world.env, STOWAGE_CACHE_DIR: `${world.directory}/cache` };
afterAll(() => world.end());

test.each(readdirSync(examples).sort())("examples/%s", async (name) => {
  const { code, err } = await world.run("check", "-c", `${examples}/${name}/host.ts`);
  expect(err).toMatch(/host\.ts: \d+ containers?, no problems\n/);
  expect(err).not.toMatch(/^(?:error|warning)/m);
  expect(code).toBe(0);
});

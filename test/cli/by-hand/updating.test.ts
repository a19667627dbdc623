/** `update NAME` of what was made by hand, whose machine somebody else had when it was asked for. */
import { existsSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { updateMade } from "../../../src/cli/by-hand/updating.ts";
import type { Session } from "../../../src/cli/session.ts";
import { compileConfig, type Generation, graftMade } from "../../../src/compile/index.ts";
import { setCurrentGeneration, writeGeneration } from "../../../src/store/generations.ts";
import { defaultLayout, type Layout } from "../../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "../../compile/config.ts";
import { World } from "../world.ts";

const others = vi.hoisted((): { work: () => void } => ({ work: () => undefined }));
vi.mock("../../../src/cli/alone.ts", () => ({
  whileAlone: (session: unknown, verb: string, _: unknown, work: (alone: unknown) => unknown) => {
    others.work();
    return work({ session, verb });
  },
}));

let world: World;
let layout: Layout;
beforeEach(() => {
  world = new World();
  layout = { ...defaultLayout, state: `${world.directory}/state`, run: `${world.directory}/run` };
});
afterEach(() => world.end());

const declared = (containers: Readonly<Record<string, ShortContainer>>): Generation =>
  compileConfig(hostConfig(containers), lock, defaultLayout);
const web: ShortContainer = { config: { etc: { file: { text: "x" } } } };
const keep = (generation: Generation) => setCurrentGeneration(layout, writeGeneration(layout, generation));

test("what was declared, or destroyed, while it was waited for is not made by hand again", async () => {
  const made = graftMade(defaultLayout, declared({}), {
    name: "web",
    generation: declared({ web }),
    definition: "// web\n",
  });
  const session = { layout } as Session;
  for (const [next, code] of [
    [declared({ web }), "declared"],
    [declared({}), "unknown-container"],
  ] as const) {
    keep(made);
    others.work = () => keep(next);
    const update = async () => updateMade(session, { color: false }, "web", { flags: { locked: true } });
    await expect(update()).rejects.toMatchObject({ problems: [{ code }] });
    expect(existsSync(`${layout.run}/making`)).toBe(false);
  }
});

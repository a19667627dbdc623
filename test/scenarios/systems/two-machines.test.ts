/** The same host.ts and lock, built on two machines of different suites, in different places, times and orders. */
import { linkSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LabHost } from "../../../lab/host.ts";
import { listStore } from "../../../src/store/store.ts";
import { treeHash } from "../../../src/store/tree-hash.ts";
import { debPath, fetchPackages } from "../../../src/systems/debian/fetch.ts";
import { type DebianRecipe, recipeName } from "../../../src/systems/recipe.ts";
import { Machine } from "../harness.ts";
import { canBuild, makePlace, type TestPlace } from "./place.ts";

const web = `web: { config: {
  packages: ["nginx-light"],
  environment: { etc: { "site/index.html": { text: "hello\\n" }, "site/key": { text: "secret\\n", mode: "0640", group: "www-data" } } },
  systemd: { services: { nginx: { wantedBy: ["multi-user.target"] }, more: { script: "echo more", startAt: "hourly" } } },
} },`;
const shell = `shell: { config: { packages: ["nginx-light", "openssh-server"], networking: { hostName: "other" } } },`;
const hostTs = (containers: string) => `export default { containers: { ${containers} } };\n`;

let place: TestPlace;
let recipe: DebianRecipe;

beforeAll(async () => {
  if (!canBuild) return;
  place = makePlace();
  // In the lock as a user's own would be: the second list came later, and is a layer on the first.
  await place.lock("trixie", "nginx-light");
  recipe = await place.lock("trixie", "nginx-light", "openssh-server");
  await fetchPackages(place.layout, recipe, recipe.layers.flat());
});
afterAll(() => place?.remove());

interface Stand {
  readonly machine: Machine;
  /** Where it builds: paths of the machine, and the state directory as it is seen from here. */
  readonly configuration: string;
  readonly state: string;
  readonly seen: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A machine that has the packages and the lock, each in a place of its own. */
async function stand(suite: "bookworm" | "trixie", name: string, timeZone: string): Promise<Stand> {
  const machine = new Machine(await LabHost.boot({ suite }));
  const [own, cache] = [join(machine.lab.stateDir, name), join(machine.lab.stateDir, name, "downloads")];
  mkdirSync(`${cache}/sha256`, { recursive: true });
  for (const { sha256 } of recipe.layers.flat())
    linkSync(debPath(place.layout, sha256), `${cache}/sha256/${sha256}.deb`);
  const configuration = `/srv/${name}/configuration`;
  await machine.put(`${configuration}/stowage.lock`, readFileSync(place.lockFile, "utf8"));
  const inside = `/var/lib/stowage/${name}`;
  const env = { STOWAGE_CACHE_DIR: `${inside}/downloads`, TZ: timeZone };
  return { machine, configuration, state: `${inside}/state`, seen: `${own}/state`, env };
}

async function build({ machine, configuration, state, env }: Stand, containers: string): Promise<void> {
  await machine.put(`${configuration}/host.ts`, hostTs(containers));
  const argv = ["build", "--state-dir", state, "--config", `${configuration}/host.ts`];
  await machine.stowage(argv, { env, timeout: 300_000 });
}

/** Store name → hash of everything in it: paths, modes, owners, xattrs, contents and times. */
async function hashes({ seen: state }: Stand): Promise<Record<string, string>> {
  const layout = { ...place.layout, state };
  const entries = listStore(layout).map(async (name) => [name, await treeHash(`${state}/store/${name}`)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

describe.skipIf(!canBuild)("two machines", () => {
  test("come to the same store paths with the same bytes", async () => {
    const stands = await Promise.all([stand("bookworm", "one", "UTC"), stand("trixie", "another/place", "Asia/Tokyo")]);
    const [old, young] = stands;
    try {
      // One in two steps and one in one; what is declared first in one is last in the other.
      const oneByOne = async () => {
        await build(old, web);
        await build(old, web + shell);
      };
      await Promise.all([oneByOne(), build(young, shell + web)]);
      const [first, second] = [await hashes(old), await hashes(young)];
      expect(second).toEqual(first);
      // The base, two layers, two containers' own.
      expect(Object.keys(first)).toHaveLength(5);
      expect(Object.keys(first)).toContain(recipeName(recipe));
    } finally {
      for (const { machine } of stands) await machine.stop();
    }
  }, 300_000);
});

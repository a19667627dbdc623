/** stowage image, without what it builds. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Generation } from "../../src/compile/generation.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { storeName } from "../../src/store/names.ts";
import { whileNothingIsBuilt } from "../../src/store/store.ts";
import { container, World } from "./world.ts";

const calls = vi.hoisted(() => ({ build: async () => {}, make: async () => {} }));
const [system, packages] = ["web", "debian"].map((label) => storeName({ label }, label));

const nginx = {
  engine: "podman",
  user: "alice",
  image: "docker.io/library/nginx:1.27",
  pinned: `docker.io/library/nginx@sha256:${"0".repeat(64)}`,
  source: { kind: "registry", login: null },
} as const;

vi.mock("../../src/cli/pipeline.ts", async (original) => ({
  ...(await original<object>()),
  generationOf: async (): Promise<Pick<Generation, "containers" | "systems">> => ({
    containers: {
      web: container("web", { system: system ?? null, packages: packages ?? null, path: null }),
      nginx: container("nginx", { kind: "oci", path: null, oci: nginx }),
    },
    systems: {},
  }),
  buildPart: () => calls.build(),
}));
vi.mock("../../src/systems/image/make.ts", () => ({
  makeImage: async () => {
    await calls.make();
    return { bytes: 1, sha256: "0" };
  },
}));

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

test("nothing is removed from the store before the image is whole", async () => {
  const layout = { ...defaultLayout, state: `${world.directory}/state` };
  const order: string[] = [];
  let gc = Promise.resolve();
  calls.build = async () => {
    order.push("built");
    await new Promise<void>((waits) => {
      const removed = whileNothingIsBuilt(layout, waits, async () => void order.push("gc"));
      gc = removed.finally(waits);
    });
  };
  calls.make = async () => void order.push("made");
  expect(await world.run("image", "web", "--format", "tar")).toMatchObject({ code: 0, err: "" });
  await gc;
  expect(order).toEqual(["built", "made", "gc"]);
});

test("of an OCI container it says how its image is saved, as the engine knows it", async () => {
  const { code, err } = await world.run("image", "nginx", "--format", "tar");
  expect(code).toBe(1);
  expect(err).toContain(`as user alice: podman save -o nginx.tar ${nginx.pinned}`);
});

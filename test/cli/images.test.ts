/** What `plan` says of images. */
import { expect, test } from "vitest";
import { imagesToFetch } from "../../src/cli/images.ts";
import { refusedText } from "../../src/cli/report/garbage-images.ts";
import type { Generation } from "../../src/compile/index.ts";
import type { ImageRecipe } from "../../src/systems/images/recipe.ts";
import { idOf, Lab } from "../systems/images/fake-engine.ts";
import { container } from "./world.ts";

const oci = (image: string, more: Partial<ImageRecipe> = {}): ImageRecipe => ({
  engine: "podman",
  user: "root",
  image,
  pinned: null,
  source: { kind: "registry", login: null },
  ...more,
});
const generation = (...images: readonly ImageRecipe[]): Generation => ({
  format: 1,
  id: "a".repeat(32),
  units: {},
  unitLinks: {},
  files: {},
  hosts: [],
  ports: [],
  containers: Object.fromEntries(
    images.map((one, at) => [`c${at}`, container(`c${at}`, { kind: "oci", path: null, oci: one })]),
  ),
  systems: {},
});

test("to be fetched is what an engine lacks and a switch brings", async () => {
  const lab = new Lab();
  lab.load("localhost/held:1", "held");
  lab.load("localhost/mine:1", "mine");
  const next = generation(
    oci("localhost/mine:1"),
    oci("localhost/held:1", { source: { kind: "file", path: "/srv/held.tar" } }),
    oci("registry.example.org/lacking:1"),
    oci("registry.example.org/pinned:1", { pinned: idOf("held") }),
    oci("registry.example.org/gone:1", { pinned: `registry.example.org/gone@${idOf("gone")}` }),
    oci("localhost/never:1", { source: { kind: "here" } }),
    oci("localhost/never-again:1", { source: { kind: "here" }, pinned: idOf("never") }),
  );
  expect(await imagesToFetch(next, lab.freshStores())).toEqual([
    "localhost/held:1 from /srv/held.tar",
    "registry.example.org/gone:1",
    "registry.example.org/lacking:1",
  ]);
});

test("an image that its engine did not let go is told with its words", () => {
  const image = { engine: "podman", user: "alice", id: idOf("one"), name: "localhost/web" } as const;
  expect(refusedText({ refused: [{ image, why: "in use" }] })).toBe(
    `left as it is: image localhost/web ${idOf("one").slice(0, 19)} (podman of alice): in use\n`,
  );
  expect(refusedText({ refused: [] })).toBe("");
});

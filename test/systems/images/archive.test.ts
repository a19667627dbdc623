import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { StowageError } from "../../../src/error.ts";
import { keptName } from "../../../src/systems/images/reference.ts";
import { config, dockerFiles, type Files, filesIn, handedOn, id, ociFiles, sha256, tar } from "./archives.ts";

const image = "localhost/web:1";
const message = ({ error }: { readonly error: unknown }): string => {
  if (!(error instanceof StowageError)) throw error ?? new Error("it did not fail");
  return error.message;
};
/** The one thing without which no engine finds an image. */
const describing = ["manifest.json", "index.json", "repositories", "oci-layout"];
const isNothing = async (bytes: Buffer) =>
  Object.keys(await filesIn(bytes)).filter((name) => describing.includes(name)).length === 0;

test("docker's archive is handed on with one image, under the name that we give", async () => {
  for (const chunk of [1, 100, 513, 1 << 20]) {
    const passed = await handedOn(tar(dockerFiles("other:1", image)), image, { chunk });
    expect(passed.error).toBe(null);
    expect(passed.id).toBe(id);
    expect(await filesIn(passed.bytes)).toEqual({
      "layer.tar": "the layer",
      "config.json": config,
      "manifest.json": JSON.stringify([
        { Config: "config.json", RepoTags: [keptName(image, id)], Layers: ["layer.tar"] },
      ]),
    });
  }
});

test.each([
  ["as podman names it", { "org.opencontainers.image.ref.name": image }],
  ["as docker names it", { "io.containerd.image.name": image, "org.opencontainers.image.ref.name": "1" }],
  ["a tag alone", { "org.opencontainers.image.ref.name": "1" }],
])("an OCI layout becomes one of docker's, which every engine loads: %s", async (_, annotations) => {
  const passed = await handedOn(tar(ociFiles(annotations)), image);
  expect(passed.error).toBe(null);
  expect(passed.id).toBe(id);
  const files = await filesIn(passed.bytes);
  const [said] = JSON.parse(files["manifest.json"] ?? "");
  expect(said).toEqual({
    Config: `blobs/sha256/${sha256(config)}`,
    RepoTags: [keptName(image, id)],
    Layers: [`blobs/sha256/${sha256("the layer")}`],
  });
  expect(files[said.Layers[0]]).toBe("the layer");
  expect(Object.keys(files)).not.toContain("index.json");
});

test("compressed as a whole, as Nix's dockerTools do", async () => {
  expect(await handedOn(gzipSync(tar(dockerFiles(image))), image)).toMatchObject({ error: null, id });
});

test.each([
  ["another tag", dockerFiles("localhost/web:2"), "/srv/x.tar holds localhost/web:2, and not localhost/web:1"],
  ["another registry", dockerFiles("web:1"), "/srv/x.tar holds web:1, and not localhost/web:1"],
  ["no name", dockerFiles(), "/srv/x.tar has an image without a name"],
  [
    "another name in an OCI layout",
    ociFiles({ "org.opencontainers.image.ref.name": "localhost/web:2" }),
    "holds localhost/web:2",
  ],
  ["no name in an OCI layout", ociFiles({}), "has an image without a name"],
  ["no image", { "etc/passwd": "root" }, "is no archive of an image"],
  ["a layer that is not there", { ...dockerFiles(image), "layer.tar": undefined }, "lacks the file layer.tar"],
  ["no configuration", { ...dockerFiles(image), "config.json": undefined }, "lacks the file config.json"],
  ["a manifest that is none", { "manifest.json": "{}" }, "has a manifest that cannot be read"],
  ["no JSON", { "manifest.json": "[oops" }, "has a file manifest.json that cannot be read"],
])("%s: told, and no engine hears of an image", async (_, files, words) => {
  const there = Object.fromEntries(Object.entries(files).filter(([, text]) => text !== undefined)) as Files;
  const passed = await handedOn(tar(there), image);
  expect(message(passed)).toContain(words);
  expect(await isNothing(passed.bytes)).toBe(true);
});

test("another image than was pinned", async () => {
  const passed = await handedOn(tar(dockerFiles(image)), image, { id: `sha256:${"0".repeat(64)}` });
  expect(message(passed)).toBe("/srv/x.tar is not what stowage.lock says it is");
  expect(await isNothing(passed.bytes)).toBe(true);
  expect((await handedOn(tar(dockerFiles(image)), image, { id })).error).toBe(null);
});

test("cut off anywhere it is not whole, and no image", async () => {
  const whole = tar(dockerFiles(image));
  for (let length = 0; length < whole.length - 1024; length += 256) {
    const passed = await handedOn(whole.subarray(0, length), image);
    expect(message(passed)).toMatch(length === 0 ? /is empty/ : /ends in the middle|is no archive/);
    expect(passed.bytes.includes("manifest.json")).toBe(false);
  }
});

test("a program that fails, be it after its last byte: that is what is told, and no engine hears of an image", async () => {
  const failed = () => Promise.reject(new StowageError({ code: "stream-failed", message: "it failed" }));
  const whole = tar(dockerFiles(image));
  for (const archive of [whole, whole.subarray(0, 700), Buffer.alloc(0), Buffer.from("nonsense")]) {
    const passed = await handedOn(archive, image, { made: failed });
    expect(message(passed)).toBe("it failed");
    expect(passed.bytes.includes("manifest.json")).toBe(false);
  }
});

test("names that lead elsewhere are refused", async () => {
  for (const name of ["../up", "/root", "a/../../b"])
    expect(message(await handedOn(tar({ [name]: "x", ...dockerFiles(image) }), image))).toContain("is no archive");
});

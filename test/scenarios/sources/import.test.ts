/** Root file systems that somebody else made: what becomes of them in the store, and what is refused. */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StowageError } from "../../../src/error.ts";
import { defaultLayout, type Layout, storePath } from "../../../src/store/layout.ts";
import { treeHash } from "../../../src/store/tree-hash.ts";
import { buildImport } from "../../../src/systems/import/build.ts";
import { digestOf } from "../../../src/systems/import/source.ts";
import { builders, type ImportKind, recipeName } from "../../../src/systems/recipe.ts";
import { archive, least, type Short } from "../../systems/import/archive.ts";
import { tracesOf } from "../systems/traces.ts";

let place: string;
let layout: Layout;
const isRoot = process.getuid?.() === 0;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-import-"));
  layout = { ...defaultLayout, state: join(place, "state"), cache: join(place, "cache") };
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const recipeOf = async (kind: ImportKind, path: string) =>
  ({
    kind: "import",
    builder: builders.import,
    source: kind,
    digest: await digestOf(kind, path, path),
    from: path,
  }) as const;

async function importOf(kind: ImportKind, path: string): Promise<string> {
  return storePath(layout, await buildImport(layout, await recipeOf(kind, path)));
}

function fileOf(bytes: Uint8Array, name = "a.tar"): string {
  const path = join(place, name);
  writeFileSync(path, bytes);
  return path;
}

const hashOf = (path: string): string => JSON.parse(readFileSync(`${path}/manifest.json`, "utf8")).treeHash;
const inStore = () => (existsSync(join(layout.state, "store")) ? readdirSync(join(layout.state, "store")).sort() : []);

const rich: readonly Short[] = [
  ...least,
  { name: "etc/machine-id", text: "0123456789abcdef0123456789abcdef\n" },
  { name: "etc/ssh/ssh_host_ed25519_key", text: "key" },
  { name: "etc/hostname", text: "maker\n" },
  { name: "etc/shadow", text: "root:*:1::::::\n", mode: 0o640, gid: 42 },
  { name: "usr/bin/su", text: "su", mode: 0o4755 },
  { name: "usr/bin/ping", text: "ping", mode: 0o755, attributes: { "SCHILY.xattr.user.note": "kept" } },
  { name: "usr/bin/same", kind: "hardlink", link: "usr/bin/ping" },
  { name: "usr/lib/é", text: "name" },
  { name: "var/lib/dpkg/status", text: "Package: a\n" },
  { name: "var/log/old.log", text: "x" },
  { name: "dev/null", kind: "device" },
  { name: "run/old", text: "x" },
  { name: "data/", uid: 33 },
];

describe.skipIf(!isRoot)("an archive", () => {
  test("becomes /usr and a seed, with owners, modes, links, times and attributes, and without what is one machine's own", async () => {
    const path = await importOf("tarball", fileOf(archive(...rich), "rich.tar"));
    expect(path).toMatch(/-tarball-rich$/);
    expect(readdirSync(path).sort()).toEqual(["manifest.json", "recipe.json", "seed", "usr"]);
    expect(readdirSync(`${path}/seed`).sort()).toEqual(["data", "etc", "var"]);
    expect(lstatSync(`${path}/usr/bin/su`).mode & 0o7777).toBe(0o4755);
    expect(lstatSync(`${path}/seed/data`).uid).toBe(33);
    const shadow = lstatSync(`${path}/seed/etc/shadow`);
    expect([shadow.gid, shadow.mode & 0o7777, shadow.mtimeMs]).toEqual([42, 0o640, 1_000_000]);
    expect(lstatSync(`${path}/usr/bin/same`).ino).toBe(lstatSync(`${path}/usr/bin/ping`).ino);
    expect(readFileSync(`${path}/usr/lib/é`, "utf8")).toBe("name");
    const attributes = execFileSync("tar", ["-C", path, "--xattrs", "-cf", "-", "usr/bin/ping"], {
      encoding: "latin1",
    });
    expect(attributes).toContain("SCHILY.xattr.user.note=kept");
    expect(readFileSync(`${path}/seed/etc/machine-id`, "utf8")).toBe("");
    for (const gone of ["etc/ssh/ssh_host_ed25519_key", "etc/hostname", "var/log/old.log"]) {
      expect(existsSync(`${path}/seed/${gone}`)).toBe(false);
    }
    expect(readFileSync(`${path}/usr/lib/stowage/dpkg/status`, "utf8")).toBe("Package: a\n");
    expect(readFileSync(`${path}/usr/lib/stowage/seed.list`, "utf8")).toContain("\tetc/passwd\n");
    expect(await treeHash(path, ["usr", "seed"])).toBe(hashOf(path));
  });
  test("is the same however it is compressed, and as a tree", async () => {
    const plain = archive(...rich.filter(({ kind }) => kind !== "device"));
    const file = fileOf(plain, "plain.tar");
    const expected = hashOf(await importOf("tarball", file));
    for (const [program, ending] of [
      ["gzip", "gz"],
      ["xz", "xz"],
      ["zstd", "zst"],
      ["bzip2", "bz2"],
    ] as const) {
      execFileSync(program, ["-kqf", ...(program === "zstd" ? ["-T1"] : []), file]);
      // Its name says nothing.
      execFileSync("mv", [`${file}.${ending}`, join(place, program)]);
      expect(hashOf(await importOf("tarball", join(place, program))), program).toBe(expected);
    }
    const tree = join(place, "tree");
    mkdirSync(tree);
    execFileSync("tar", ["-C", tree, "--xattrs", "--xattrs-include=*", "-xpf", file]);
    // Directories that no archive names have the time of whoever unpacks it.
    execFileSync("find", [tree, "-type", "d", "-exec", "touch", "-d", "@1000", "{}", "+"]);
    expect(hashOf(await importOf("tree", tree))).toBe(expected);
    expect(await digestOf("tree", tree, tree)).toBe(await digestOf("tree", tree, tree));
  });
  test("that was imported is not looked at again; one that has changed since is refused, and nothing is left", async () => {
    const file = fileOf(archive(...least, { name: "etc/one" }), "change.tar");
    const recipe = await recipeOf("tarball", file);
    writeFileSync(file, archive(...least, { name: "etc/two" }));
    const before = inStore();
    await expect(buildImport(layout, recipe)).rejects.toMatchObject({
      problems: [{ code: "source-changed", hint: expect.stringContaining("stowage update") }],
    });
    expect(inStore()).toEqual(before);
    await buildImport(layout, { ...recipe, digest: await digestOf("tarball", file, file) });
    rmSync(file);
    expect(
      await buildImport(layout, { ...recipe, digest: recipe.digest }).catch((error) => error.problems[0].code),
    ).toBe("no-source");
  });
});

describe.skipIf(!isRoot)("refused, with nothing left in the store", () => {
  const whole = archive(...least);
  const cases: readonly (readonly [what: string, bytes: Buffer, message: string | RegExp])[] = [
    ["a name that leads upwards", archive(...least, { name: "etc/../../x" }), "leads upwards"],
    ["an absolute name", archive(...least, { name: "/etc/x" }), "begins at the root"],
    ["through a link", archive(...least, { name: "etc/l", link: "/tmp" }, { name: "etc/l/x" }), "which is a link"],
    [
      "a hard link to the host",
      archive({ name: "etc/x", kind: "hardlink", link: "../../etc/shadow" }),
      "leads upwards",
    ],
    ["a device", archive(...least, { name: "etc/sda", kind: "device" }), "device node"],
    ["control characters", archive(...least, { name: "etc/\u001b[2J" }), "control characters"],
    ["no init", archive({ name: "usr/" }, { name: "etc/" }), "has no init"],
    ["no merged /usr", archive(...least.slice(0, 4), { name: "bin/sh" }), "not merged"],
    ["a bomb", archive(...least, { name: "etc/x", size: 2 ** 42 }), "more than there is room for"],
    ["the end missing", whole.subarray(0, whole.length - 1024), "ends in the middle"],
    ["cut compression", gzipSync(whole).subarray(0, 200), /cannot be decompressed|ends in the middle/],
    ["something else compressed", gzipSync("#!/bin/sh\n".repeat(200)), "is no archive"],
    ["no archive", Buffer.from("#!/bin/sh\n".repeat(200)), "is no archive"],
    [
      "a link where the host writes",
      archive(...least, { name: "usr/lib/stowage", link: "/etc" }),
      "not a plain directory",
    ],
    ["another one", archive(...least, { name: "var/lib/dbus", link: "/etc" }), "not a plain directory"],
    ["the future", archive(...least, { name: "etc/x", mtime: "99999999999" }), "dated in the future"],
  ];
  test.each(cases)("%s", async (_, bytes, message) => {
    const before = inStore();
    const file = fileOf(bytes, "bad.tar");
    const error = await importOf("tarball", file).then(
      () => null,
      (one: StowageError) => one,
    );
    expect(error?.problems?.[0], String(error)).toMatchObject({
      code: "bad-source",
      message: expect.stringMatching(message),
    });
    expect(inStore()).toEqual(before);
  });
});

describe.skipIf(!isRoot)("an import that is killed", () => {
  test("leaves no process and no mount, and what the next one removes", async () => {
    const program = join(place, "importer.mjs");
    const entry = join(import.meta.dirname, "importer.ts");
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: program,
      logLevel: "error",
    });
    const file = fileOf(archive(...least, { name: "usr/large", text: "x".repeat(150_000_000) }), "large.tar");
    const recipe = await recipeOf("tarball", file);
    for (const moment of [150, 350, 600]) {
      const args = [program, JSON.stringify(layout), JSON.stringify(recipe)];
      const child = spawn(process.execPath, args, { stdio: "ignore" });
      await sleep(moment);
      child.kill("SIGKILL");
      await sleep(300);
      expect(tracesOf(layout.state)).toEqual([]);
    }
    await buildImport(layout, recipe);
    expect(inStore().filter((name) => name.startsWith(".building-"))).toEqual([]);
    expect(inStore()).toContain(recipeName(recipe));
  });
});

/** Digest and place of what an OCI layout calls a blob. */
function blob(layoutDir: string, content: Buffer | string) {
  const hex = createHash("sha256").update(content).digest("hex");
  mkdirSync(`${layoutDir}/blobs/sha256`, { recursive: true });
  writeFileSync(`${layoutDir}/blobs/sha256/${hex}`, content);
  return { mediaType: "application/x", digest: `sha256:${hex}`, size: content.length };
}

function ociLayout(name: string, ...layers: readonly Buffer[]): string {
  const directory = join(place, name);
  const config = blob(directory, JSON.stringify({ rootfs: { diff_ids: [] } }));
  const manifest = blob(directory, JSON.stringify({ config, layers: layers.map((layer) => blob(directory, layer)) }));
  writeFileSync(`${directory}/index.json`, JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  writeFileSync(`${directory}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}');
  return directory;
}

describe.skipIf(!isRoot)("an image", () => {
  const lower = archive(...least, { name: "etc/gone" }, { name: "etc/d/old" }, { name: "usr/x/deep", text: "1" });
  const upper = archive(
    { name: "etc/.wh.gone" },
    { name: "etc/d/.wh..wh..opq" },
    { name: "etc/d/new" },
    { name: "usr/x" },
  );

  test("has the files of its layers, the upper ones above the lower; as a directory and as an archive", async () => {
    const directory = ociLayout("image", gzipSync(lower), upper);
    const path = await importOf("oci", directory);
    expect(readdirSync(`${path}/seed/etc/d`)).toEqual(["new"]);
    expect(existsSync(`${path}/seed/etc/gone`)).toBe(false);
    expect(lstatSync(`${path}/usr/x`).isFile()).toBe(true);
    const file = join(place, "image.tar");
    execFileSync("tar", ["-C", directory, "-cf", file, "."]);
    expect(hashOf(await importOf("oci", file))).toBe(hashOf(path));
    expect(await digestOf("oci", file, file)).toBe(await digestOf("oci", directory, directory));
  });
  test("as docker saves it", async () => {
    const directory = join(place, "docker");
    mkdirSync(directory);
    const id = (layer: Buffer) => `sha256:${createHash("sha256").update(layer).digest("hex")}`;
    writeFileSync(`${directory}/c.json`, JSON.stringify({ rootfs: { diff_ids: [id(lower), id(upper)] } }));
    writeFileSync(
      `${directory}/manifest.json`,
      JSON.stringify([{ Config: "c.json", Layers: ["1/layer.tar", "2/layer.tar"] }]),
    );
    for (const [at, layer] of [lower, upper].entries()) {
      mkdirSync(`${directory}/${at + 1}`);
      writeFileSync(`${directory}/${at + 1}/layer.tar`, layer);
    }
    const file = join(place, "docker.tar");
    execFileSync("tar", ["-C", directory, "-cf", file, "."]);
    expect(readdirSync(`${await importOf("oci", file)}/seed/etc/d`)).toEqual(["new"]);
    writeFileSync(`${directory}/2/layer.tar`, archive({ name: "etc/evil" }));
    execFileSync("tar", ["-C", directory, "-cf", file, "."]);
    rmSync(storePath(layout, recipeName(await recipeOf("oci", file))), { recursive: true });
    await expect(importOf("oci", file)).rejects.toMatchObject({
      problems: [{ code: "bad-image", message: expect.stringContaining("damaged") }],
    });
  });
  test("that is damaged, incomplete, for another machine or none is refused", async () => {
    const code = (path: string) =>
      importOf("oci", path).then(
        () => "none",
        (error) => error.problems[0],
      );
    const damaged = ociLayout("damaged", lower, upper);
    const hex = createHash("sha256").update(upper).digest("hex");
    writeFileSync(`${damaged}/blobs/sha256/${hex}`, archive({ name: "etc/evil" }));
    expect(await code(damaged)).toMatchObject({ code: "bad-image", message: expect.stringContaining("damaged") });
    rmSync(`${damaged}/blobs/sha256/${hex}`);
    expect(await code(damaged)).toMatchObject({ code: "bad-image", message: expect.stringContaining("lacks") });
    const other = ociLayout("other", archive(...least, { name: "etc/other" }));
    const index = JSON.parse(readFileSync(`${other}/index.json`, "utf8"));
    index.manifests[0].platform = { architecture: "s390x", os: "linux" };
    writeFileSync(`${other}/index.json`, JSON.stringify(index));
    expect(await code(other)).toMatchObject({
      code: "bad-image",
      message: expect.stringContaining("has no image for"),
    });
    expect(await code(fileOf(archive(...least), "none.tar"))).toMatchObject({
      code: "bad-image",
      message: expect.stringContaining("no OCI layout"),
    });
    // Out of the layout, by a digest that is a path.
    index.manifests[0] = { digest: "sha256:../../../../etc/passwd" };
    writeFileSync(`${other}/index.json`, JSON.stringify(index));
    expect(await code(other)).toMatchObject({ code: "bad-image" });
  });
});

/** What is pinned, brought and removed, with an engine in memory. */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { type Problem, StowageError } from "../../../src/error.ts";
import { removeImages, unneededImages } from "../../../src/systems/images/garbage.ts";
import { ensureImagesPinned, forgetImages, pinImagesAnew } from "../../../src/systems/images/pin.ts";
import { missingImages, type Needed, provideImages } from "../../../src/systems/images/provide.ts";
import type { ImageRequest } from "../../../src/systems/images/recipe.ts";
import { keptName } from "../../../src/systems/images/reference.ts";
import { notedStores } from "../../../src/systems/images/touched.ts";
import { remembered } from "../../../src/systems/import/memory.ts";
import { pinnedImage } from "../../../src/systems/lock.ts";
import { readLock } from "../../../src/systems/lock-file.ts";
import { id as archiveId, config, dockerFiles, tar } from "./archives.ts";
import { idOf, Lab } from "./fake-engine.ts";

vi.mock("../../../src/systems/import/memory.ts", async (original) => {
  const real = await original<typeof import("../../../src/systems/import/memory.ts")>();
  return { ...real, remembered: vi.fn(real.remembered) };
});

const web = "registry.example.org/web:1";
const wanting = (more: Partial<ImageRequest> = {}): ImageRequest => ({
  container: "web",
  engine: "podman",
  user: "root",
  image: web,
  pull: "missing",
  source: { kind: "registry", login: null },
  ...more,
});

let lab: Lab;
let warnings: Problem[];
beforeEach(() => {
  lab = new Lab();
  mkdirSync(lab.layout.state, { recursive: true });
  warnings = [];
});

const options = () => ({ stores: lab.freshStores(), warn: (problem: Problem) => void warnings.push(problem) });
const pin = (...requests: ImageRequest[]) => ensureImagesPinned(lab.layout, lab.lockFile, requests, options());
const needed = (request: ImageRequest): Needed => ({
  ...request,
  pinned: pinnedImage(readLock(lab.lockFile), request),
});
const provide = (...requests: ImageRequest[]) => provideImages(lab.layout, requests.map(needed), options());
const problems = async (work: Promise<unknown>): Promise<readonly Problem[]> => {
  const error = await work.then(
    () => new Error("it did not fail"),
    (thrown) => thrown,
  );
  if (error instanceof StowageError) return error.problems;
  throw error;
};

test("a name is pinned once, to the registry's digest, and stays that until it is pinned anew", async () => {
  const first = lab.publish(web, "one");
  expect(await pin(wanting())).toBe(true);
  expect(readLock(lab.lockFile).images).toEqual({ [web]: first });
  const second = lab.publish(web, "two");
  lab.asked.length = 0;
  expect(await pin(wanting())).toBe(false);
  expect(await provide(wanting())).toEqual([]);
  expect(lab.asked).toEqual([]);
  await pinImagesAnew(lab.layout, lab.lockFile, [wanting()], options());
  expect(readLock(lab.lockFile).images).toEqual({ [web]: second });
});

test("two containers with one image: one fetch", async () => {
  lab.publish(web, "one");
  await pin(wanting(), wanting({ container: "other" }));
  expect(lab.asked).toEqual([`pull ${web}`]);
});

test("of containers with one image, the one that asks for the newest is heard", async () => {
  const other = wanting({ container: "other", pull: "never", source: { kind: "here" } });
  lab.load(web, "one");
  await pin(other, wanting());
  const second = lab.publish(web, "two");
  expect(await pin(other, wanting(), wanting({ container: "third", pull: "newer" }))).toBe(true);
  expect(readLock(lab.lockFile).images).toEqual({ [web]: second });
  const third = lab.publish(web, "three");
  await pinImagesAnew(lab.layout, lab.lockFile, [other, wanting()], options());
  expect(readLock(lab.lockFile).images).toEqual({ [web]: third });
});

test("a short name is asked for as the registry's that we take it for", async () => {
  const digest = lab.publish("nginx:1", "one");
  await pin(wanting({ image: "nginx:1" }));
  expect(lab.asked).toEqual(["pull docker.io/library/nginx:1"]);
  expect(readLock(lab.lockFile).images).toEqual({ "nginx:1": digest });
});

test("an image that was here without any name gets ours, or `prune` would take it", async () => {
  lab.held.push({ id: idOf("one"), names: [], digests: [], pulledAs: [] });
  lab.publish(web, "one");
  await pin(wanting());
  expect(lab.names()).toEqual([keptName(web, idOf("one"))]);
});

test("what an engine has taken and does not have is told before anything is started", async () => {
  const path = join(lab.layout.state, "web.tar");
  const request = wanting({ image: "localhost/web:1", source: { kind: "file", path } });
  writeFileSync(path, tar(dockerFiles("localhost/web:1")));
  await pin(request);
  lab.isForgetful = true;
  expect((await problems(provide(request)))[0]).toMatchObject({ code: "image-not-loaded" });
});

test("names that others gave stay theirs, and what we bring has ours", async () => {
  lab.load(web, "theirs");
  lab.publish(web, "one");
  await pinImagesAnew(lab.layout, lab.lockFile, [wanting()], options());
  expect(lab.held.map(({ names }) => names)).toEqual([[web], [keptName(web, idOf("one"))]]);
  expect(notedStores(lab.layout)).toEqual([{ engine: "podman", user: "root" }]);
});

test("an image that was there under another name is not ours for being fetched, too", async () => {
  lab.load("localhost/mine:1", "one");
  const pinned = lab.publish(web, "one");
  await pin(wanting());
  expect(readLock(lab.lockFile).images).toEqual({ [web]: pinned });
  expect(await unneededImages(lab.layout, [], lab.freshStores())).toEqual([]);
  expect(lab.names()).toContain("localhost/mine:1");
});

test("what is there under its name already is taken as it is, and is not ours", async () => {
  lab.load("localhost/web:1", "built here");
  const request = wanting({ image: "localhost/web:1" });
  await pin(request);
  expect(readLock(lab.lockFile).images).toEqual({ "localhost/web:1": idOf("built here") });
  expect(lab.asked).toEqual([]);
  expect(lab.names()).toEqual(["localhost/web:1"]);
  lab.held = [];
  expect((await problems(provide(request)))[0]).toMatchObject({
    code: "image-gone",
    message: "container web: podman does not have the image localhost/web:1 as it was pinned",
  });
});

test("what is gone is fetched by its digest, whatever its name stands for by now", async () => {
  lab.publish(web, "one");
  await pin(wanting());
  lab.held = [];
  lab.publish(web, "two");
  lab.asked.length = 0;
  expect(await missingImages([needed(wanting())], options().stores)).toHaveLength(1);
  await provide(wanting());
  expect(lab.asked).toEqual([`pull ${readLock(lab.lockFile).images?.[web]}`]);
  expect(lab.held.map(({ id }) => id)).toEqual([idOf("one")]);
});

test("with a digest of its own nothing is pinned, and its tag makes no difference", async () => {
  const reference = lab.publish(web, "one");
  const request = wanting({ image: reference.replace("@", ":9@") });
  expect(await pin(request)).toBe(false);
  await provide(request);
  expect(lab.asked).toEqual([`pull ${reference}`]);
});

test("always and newer ask each time; newer does without an answer, always does not", async () => {
  for (const pull of ["always", "newer"] as const) {
    const request = wanting({ pull, image: `registry.example.org/${pull}:1` });
    lab.publish(request.image, `one ${pull}`);
    await pin(request);
    const second = lab.publish(request.image, `two ${pull}`);
    expect(await pin(request)).toBe(true);
    expect(readLock(lab.lockFile).images?.[request.image]).toBe(second);
    lab.isReachable = false;
    if (pull === "newer") {
      expect(await pin(request)).toBe(false);
      expect(warnings[0]?.details).toContain(`${request.image} is used as it is here: ${second}`);
    } else {
      expect((await problems(pin(request)))[0]).toMatchObject({ code: "image-not-fetched", details: ["no route"] });
    }
    lab.isReachable = true;
  }
});

test("never: only what somebody else has brought", async () => {
  const request = wanting({ pull: "never", source: { kind: "here" } });
  lab.publish(web, "one");
  expect((await problems(pin(request)))[0]?.code).toBe("image-not-here");
  expect(lab.asked).toEqual([]);
  lab.load(web, "brought");
  await pin(request);
  expect(readLock(lab.lockFile).images).toEqual({ [web]: idOf("brought") });
});

test("never, with a digest: the tag beside it makes no difference", async () => {
  const reference = lab.publish(web, "one");
  const request = wanting({ pull: "never", source: { kind: "here" }, image: reference.replace("@", ":1@") });
  expect((await problems(pin(request)))[0]?.code).toBe("image-not-here");
  await pin(wanting());
  await pin(request);
  expect(await provide(request)).toEqual([]);
});

test("all that is wrong is told at once, and the lock is as it was", async () => {
  lab.publish(web, "one");
  const other = wanting({ container: "other", image: "registry.example.org/other:1" });
  const third = wanting({ container: "third", image: "registry.example.org/third:1" });
  const told = await problems(pin(wanting(), other, third));
  expect(told.map(({ message }) => message)).toEqual([
    "container other: the image registry.example.org/other:1 could not be fetched",
    "container third: the image registry.example.org/third:1 could not be fetched",
  ]);
  expect(told[0]?.option).toEqual(["ociContainers", "containers", "other", "image"]);
  expect(existsSync(lab.lockFile)).toBe(false);
});

test("a password: a wrong one is told, unless the image is there; nothing of it stays", async () => {
  const passwordFile = join(lab.layout.state, "password");
  const login = { registry: "registry.example.org", username: "bob", passwordFile };
  const request = wanting({ source: { kind: "registry", login }, pull: "always" });
  lab.publish(web, "one");
  expect((await problems(pin(request)))[0]?.message).toContain("the password for registry.example.org cannot be read");
  writeFileSync(passwordFile, "wrong\n");
  expect((await problems(pin(request)))[0]).toMatchObject({
    code: "login-failed",
    message: "container web: registry.example.org does not let bob in",
    details: ["unauthorized"],
    option: ["ociContainers", "containers", "web", "login"],
  });
  expect(lab.held).toEqual([]);
  writeFileSync(passwordFile, "right\n");
  await pin(request);
  writeFileSync(passwordFile, "wrong\n");
  expect(await pin(request)).toBe(false);
  expect(warnings[0]?.message).toBe("registry.example.org does not let bob in");
  rmSync(lab.lockFile);
  // Not pinned, but there under its name.
  lab.load(web, "one");
  expect(await pin(request)).toBe(true);
  expect(readdirSync(join(lab.layout.run, "logins"))).toEqual([]);
});

test("an archive is pinned by its ID, loaded once, and refused when it is another", async () => {
  const path = join(lab.layout.state, "web.tar");
  const request = wanting({ image: "localhost/web:1", source: { kind: "file", path } });
  expect((await problems(pin(request)))[0]?.message).toBe(`container web: ${path} does not exist`);
  writeFileSync(path, tar(dockerFiles("localhost/web:1")));
  await pin(request);
  expect(readLock(lab.lockFile).images).toEqual({ [`file ${path} localhost/web:1`]: archiveId });
  expect(lab.asked).toEqual([]);
  await provide(request);
  await provide(request);
  expect(lab.asked).toEqual([`load ${keptName("localhost/web:1", archiveId)}`]);
  writeFileSync(path, tar({ ...dockerFiles("localhost/web:1"), "config.json": `${config} ` }));
  expect((await problems(pin(request)))[0]?.code).toBe("source-changed");
  await pinImagesAnew(lab.layout, lab.lockFile, [request], options());
  expect(readLock(lab.lockFile).images?.[`file ${path} localhost/web:1`]).not.toBe(archiveId);
  // Its file may go once the engine has it.
  await provide(request);
  rmSync(path);
  await pin(request);
  expect(await provide(request)).toEqual([]);
});

test("a directory is no archive, and is not walked to find that out", async () => {
  const path = join(lab.layout.state, "web");
  mkdirSync(path);
  vi.mocked(remembered).mockClear();
  const request = wanting({ image: "localhost/web:1", source: { kind: "file", path } });
  expect((await problems(pin(request)))[0]?.message).toBe(`container web: ${path} is no file`);
  expect(remembered).not.toHaveBeenCalled();
});

test("a program runs when it is pinned, and again only where the image is gone", async () => {
  const path = join(lab.layout.state, "make");
  const count = join(lab.layout.state, "count");
  writeFileSync(`${path}.tar`, tar(dockerFiles("localhost/web:1")));
  writeFileSync(path, `#!/bin/sh\necho run >>${count}\ncat ${path}.tar\n`, { mode: 0o755 });
  const request = wanting({ image: "localhost/web:1", source: { kind: "stream", path } });
  await pin(request);
  await pin(request);
  await provide(request);
  expect(lab.asked).toHaveLength(1);
  lab.held = [];
  await provide(request);
  expect(lab.held.map(({ id }) => id)).toEqual([archiveId]);
  lab.held = [];
  writeFileSync(path, "#!/bin/sh\necho oh no >&2\nexit 7\n", { mode: 0o755 });
  expect((await problems(provide(request)))[0]).toMatchObject({
    code: "stream-failed",
    message: `container web: ${path}, which was to write the image, failed with exit status 7`,
    details: ["oh no", "nothing of it was loaded"],
    option: ["ociContainers", "containers", "web", "imageStream"],
  });
  expect(lab.held).toEqual([]);
  chmodSync(path, 0o644);
  expect((await problems(provide(request)))[0]?.message).toBe(`container web: ${path} cannot be executed`);
});

test("an image that was there without us is not ours after it was loaded again", async () => {
  const path = join(lab.layout.state, "make");
  writeFileSync(`${path}.tar`, tar(dockerFiles("localhost/web:1")));
  writeFileSync(path, `#!/bin/sh\ncat ${path}.tar\n`, { mode: 0o755 });
  lab.load("localhost/mine:1", config);
  await pin(wanting({ image: "localhost/web:1", source: { kind: "stream", path } }));
  expect(lab.names()).toEqual(["localhost/mine:1"]);
});

test("only what we brought and nothing needs is removed; what a container has stays, and is found again", async () => {
  const other = wanting({ container: "other", image: "registry.example.org/other:1" });
  lab.load("localhost/theirs:1", "theirs");
  lab.publish(web, "one");
  lab.publish(other.image, "other");
  await pin(wanting(), other);
  await provide(wanting(), other);
  const unneeded = (...wanted: ImageRequest[]) => unneededImages(lab.layout, wanted.map(needed), lab.freshStores());
  expect(await unneeded(wanting(), other)).toEqual([]);
  lab.used.add(idOf("other"));
  const garbage = await unneeded(wanting());
  expect(garbage).toEqual([{ engine: "podman", user: "root", id: idOf("other"), name: "registry.example.org/other" }]);
  const remove = () => removeImages(garbage, lab.freshStores());
  expect(await remove()).toEqual({ removed: [], refused: [{ image: garbage[0], why: "in use" }] });
  expect(await unneeded(wanting())).toEqual(garbage);
  lab.used.clear();
  expect(await remove()).toEqual({ removed: garbage, refused: [] });
  expect(lab.held.map(({ id }) => id)).toEqual([idOf("theirs"), idOf("one")]);
  // Another name that somebody has given since keeps it.
  lab.load("localhost/also:1", "one");
  await removeImages(await unneeded(), lab.freshStores());
  expect(lab.names()).toEqual(["localhost/also:1", "localhost/theirs:1"]);
});

test("an engine that we never brought anything to is not asked", async () => {
  expect(notedStores(lab.layout)).toEqual([]);
  const stores = () => {
    throw new Error("asked");
  };
  expect(await unneededImages(lab.layout, [], stores)).toEqual([]);
});

test("an engine that is gone keeps nothing else from being removed", async () => {
  lab.publish(web, "one");
  await pin(wanting());
  const told: string[] = [];
  const absent = () => {
    throw new StowageError({ code: "program-missing", message: "no podman" });
  };
  expect(await unneededImages(lab.layout, [], absent, ({ message }) => told.push(message))).toEqual([]);
  expect(told).toEqual(["no podman"]);
});

test("the lock forgets what nothing asks for", () => {
  const images = { [web]: `registry.example.org/web@${idOf("one")}`, "localhost/old:1": idOf("old") };
  const lock = { format: 1, suites: {}, images } as const;
  expect(forgetImages(lock, [wanting()])).toEqual({ ...lock, images: { [web]: images[web] } });
  expect(forgetImages(lock, [])).toEqual({ format: 1, suites: {} });
});

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
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StowageError } from "../../../src/error.ts";
import { defaultLayout, type Layout } from "../../../src/store/layout.ts";
import type { Mirror } from "../../../src/systems/debian/archives.ts";
import { fetchPackages } from "../../../src/systems/debian/fetch.ts";
import type { Work } from "../../../src/systems/progress.ts";
import type { LockedPackage } from "../../../src/systems/recipe.ts";

const needs = ["/usr/lib/apt/apt-helper", "/usr/share/keyrings/debian-archive-keyring.gpg"];

/** A mirror on loopback; `files` is what it has, by path, and `asked` what was asked of it, with the Range header. */
let server: Server;
let files: Map<string, Buffer>;
let asked: string[];
let layout: Layout;
let place: string;

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), "stowage-fetch-"));
  layout = { ...defaultLayout, cache: join(place, "cache") };
  files = new Map();
  asked = [];
  server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").replace("/debian/", "");
    const body = files.get(path);
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    asked.push(`${path} ${from}`);
    if (!body) response.writeHead(404).end();
    else if (from === 0) response.writeHead(200, { "content-length": body.length }).end(body);
    else {
      const range = `bytes ${from}-${body.length - 1}/${body.length}`;
      response
        .writeHead(206, { "content-range": range, "content-length": body.length - from })
        .end(body.subarray(from));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  rmSync(place, { recursive: true, force: true });
});

function offer(name: string, content: string): LockedPackage {
  const bytes = Buffer.from(content);
  const path = `pool/main/${name}_1+2~3_all.deb`;
  files.set(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, version: "1+2~3", arch: "all", size: bytes.length, sha256, path, archive: "debian" };
}
const base = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
const fetchAll = (packages: LockedPackage[], onWork?: (event: Work) => void, given?: Mirror) => {
  const mirror = given ?? { main: [base("debian")], security: [] };
  return fetchPackages(layout, { suite: "trixie", arch: "amd64" }, packages, { mirror, ...(onWork && { onWork }) });
};
const problemOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: StowageError) => error.problems?.[0] ?? error,
  );
const cached = () => readdirSync(`${layout.cache}/sha256`).sort();
const partial = () => readdirSync(`${layout.cache}/partial`);

describe.skipIf(!needs.every((file) => existsSync(file)))("fetching", () => {
  test("each file gets the name of its hash; a second time nothing is asked", async () => {
    const packages = [offer("a", "one"), offer("b", "two")];
    const told: Work[] = [];
    await fetchAll(packages, (event) => told.push(event));
    expect(cached()).toEqual(packages.map((part) => `${part.sha256}.deb`).sort());
    expect(asked).toHaveLength(2);
    expect(told.at(-1)).toEqual({ kind: "work-ended", id: "fetch", text: "fetching 2 packages" });
    await fetchAll(packages);
    expect(asked).toHaveLength(2);
    expect(partial()).toEqual([]);
  });
  test("a cached file whose bytes have changed is noticed and fetched again", async () => {
    const part = offer("a", "one");
    await fetchAll([part]);
    writeFileSync(`${layout.cache}/sha256/${part.sha256}.deb`, "0ne");
    await fetchAll([part]);
    expect(readFileSync(`${layout.cache}/sha256/${part.sha256}.deb`, "utf8")).toBe("one");
  });
  test("a download that was cut off goes on where it ended", async () => {
    const part = offer("a", "x".repeat(100_000));
    mkdirSync(`${layout.cache}/partial`, { recursive: true });
    writeFileSync(`${layout.cache}/partial/${part.sha256}`, "x".repeat(60_000));
    await fetchAll([part]);
    expect(asked).toEqual([`${part.path} 60000`]);
    expect(cached()).toHaveLength(1);
  });
  test("a beginning that was something else does not end in the cache", async () => {
    const part = offer("a", "x".repeat(100_000));
    mkdirSync(`${layout.cache}/partial`, { recursive: true });
    writeFileSync(`${layout.cache}/partial/${part.sha256}`, "y".repeat(60_000));
    await problemOf(fetchAll([part]));
    await fetchAll([part]);
    expect(readFileSync(`${layout.cache}/sha256/${part.sha256}.deb`, "utf8")).toBe("x".repeat(100_000));
  });
  test("other bytes than the locked ones are an error, and nothing of them is left; the good ones are kept", async () => {
    const [good, bad] = [offer("a", "one"), offer("b", "two")];
    files.set(bad.path, Buffer.from("TWO"));
    expect(await problemOf(fetchAll([good, bad]))).toMatchObject({ code: "hash-mismatch" });
    expect([cached(), partial()]).toEqual([[`${good.sha256}.deb`], []]);
  });
  test("a package that the mirror does not have any more is named", async () => {
    const part = offer("a", "one");
    files.clear();
    const problem = await problemOf(fetchAll([part]));
    expect(problem).toMatchObject({ code: "gone-from-mirror" });
    expect(problem).toHaveProperty("details", [expect.stringContaining("a_1%2B2~3_all.deb  404")]);
  });
  test("what the first mirror does not have, or has wrong, is fetched from the next, and only that", async () => {
    const [good, gone, wrong] = [offer("a", "one"), offer("b", "two"), offer("c", "three")];
    files.set(`second/${gone.path}`, Buffer.from("two"));
    files.set(`second/${wrong.path}`, Buffer.from("three"));
    files.delete(gone.path);
    files.set(wrong.path, Buffer.from("THREE"));
    await fetchAll([good, gone, wrong], undefined, { main: [base("debian"), base("debian/second")], security: [] });
    expect(cached()).toHaveLength(3);
    expect(asked.filter((line) => line.startsWith("second/")).sort()).toEqual([
      `second/${gone.path} 0`,
      `second/${wrong.path} 0`,
    ]);
  });
  test("a security update that has gone into the release is fetched from there", async () => {
    const part = { ...offer("a", "one"), path: "pool/updates/main/a_1+2~3_all.deb", archive: "debian-security" };
    await fetchAll([part], undefined, { main: [base("debian")], security: [base("debian/security")] });
    expect(asked).toEqual([`security/${part.path} 0`, "pool/main/a_1+2~3_all.deb 0"]);
    expect(cached()).toHaveLength(1);
  });
  test("of a mirror in a directory the file itself is kept, not a link to it", async () => {
    const part = offer("a", "one");
    const mirror = join(place, "mirror");
    mkdirSync(join(mirror, "pool/main"), { recursive: true });
    writeFileSync(join(mirror, part.path), "one");
    await fetchAll([part], undefined, { main: [`file:${mirror}`], security: [] });
    expect(lstatSync(`${layout.cache}/sha256/${part.sha256}.deb`).isFile()).toBe(true);
  });
  test("a mirror that does not answer is said to be out of reach", async () => {
    const part = offer("a", "one");
    const fetching = fetchAll;
    const address = server.address();
    server.close();
    server.address = () => address;
    expect(await problemOf(fetching([part]))).toMatchObject({ code: "no-network" });
  });
});

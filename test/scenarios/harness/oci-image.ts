/** Images of OCI containers for tests, made here: busybox and a few files, as an archive that both engines load. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Suite, treePath } from "../../../lab/tree.ts";
import type { TarEntry } from "../../../src/systems/import/tar-reader.ts";
import { padding } from "../../../src/systems/import/tar-reader.ts";
import { tarEnd, tarHeader } from "../../../src/systems/import/tar-writer.ts";
import type { Machine } from "./machine.ts";

/** As the OCI image specification has it: `Cmd`, `Entrypoint`, `Env`, `User`, `WorkingDir`, `Volumes`, … */
export type ImageConfig = Readonly<Record<string, unknown>>;

export interface Image {
  /** `localhost/web:1`: what the archive calls it. */
  readonly reference: string;
  /** Of docker-archive. */
  readonly archive: Buffer;
  /** What engines call its ID: `sha256:…`. */
  readonly id: string;
}

/**
 * The same input gives the same bytes.
 * @param suite whose busybox it has
 * @param files further ones, by path without the first slash; they are executable
 */
export function makeImage(
  suite: Suite,
  reference: string,
  config: ImageConfig = {},
  files: Readonly<Record<string, string>> = {},
): Image {
  const layer = layerOf(suite, files);
  const description = JSON.stringify({
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    created: "2026-01-01T00:00:00Z",
    config: { Cmd: ["sleep", "infinity"], Env: ["PATH=/bin"], ...config },
    rootfs: { type: "layers", diff_ids: [`sha256:${hash(layer)}`] },
  });
  const id = hash(description);
  const manifest = [{ Config: `${id}.json`, RepoTags: [reference], Layers: ["layer.tar"] }];
  const archive = tar([
    file(`${id}.json`, Buffer.from(description)),
    file("layer.tar", layer),
    file("manifest.json", Buffer.from(JSON.stringify(manifest))),
  ]);
  return { reference, archive, id: `sha256:${id}` };
}

/** Puts an image's archive on a host, for `imageFile`. */
export async function putImage(host: Machine, image: Image, path: string): Promise<void> {
  await host.put(path, image.archive);
}

/** Makes it known to an engine of a host, as if somebody had pulled it. */
export async function loadImage(host: Machine, image: Image, engine: "podman" | "docker"): Promise<void> {
  const path = `/run/${hash(image.reference).slice(0, 16)}.tar`;
  await putImage(host, image, path);
  await host.must([engine, "load", "-q", "-i", path]);
  await host.must(["rm", path]);
}

/** What of busybox is there as a command of its own. */
const commands =
  "sh sleep cat echo env id ls wget nc httpd true false touch mkdir hostname ip ping stat tr printf kill test head";

function layerOf(suite: Suite, files: Readonly<Record<string, string>>): Buffer {
  const busybox = readFileSync(join(treePath(suite, "engines"), "usr/bin/busybox"));
  return tar([
    ...["bin", "etc", "tmp", "var", "data"].map(directory),
    file("bin/busybox", busybox),
    ...commands.split(" ").map((name) => entry(`bin/${name}`, "symlink", "busybox")),
    file("etc/passwd", Buffer.from("root:x:0:0::/:/bin/sh\napp:x:1000:1000::/tmp:/bin/sh\n")),
    file("etc/group", Buffer.from("root:x:0:\napp:x:1000:\n")),
    ...Object.entries(files).map(([path, text]) => file(path, Buffer.from(text))),
  ]);
}

type Part = readonly [TarEntry, Buffer];

const entry = (name: string, kind: TarEntry["kind"], link = "", size = 0): Part => [
  { name, kind, link, size, mode: name === "tmp" ? 0o1777 : 0o755, uid: 0, gid: 0, mtime: "0", attributes: new Map() },
  Buffer.alloc(0),
];
const directory = (name: string): Part => entry(name, "directory");
const file = (name: string, content: Buffer): Part => [entry(name, "file", "", content.length)[0], content];

const tar = (parts: readonly Part[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap(([header, body]) => [tarHeader(header), body, Buffer.alloc(padding(body.length))]),
    tarEnd,
  ]);

const hash = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

/** Archives of images, made here, and what is read from those that are handed on to an engine. */
import { createHash } from "node:crypto";
import { imageArchive } from "../../../src/systems/images/archive.ts";
import { Bytes } from "../../../src/systems/import/bytes.ts";
import { padding, tarEntries } from "../../../src/systems/import/tar-reader.ts";
import { tarEnd, tarHeader } from "../../../src/systems/import/tar-writer.ts";

export type Files = Readonly<Record<string, string>>;

export const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

export function tar(files: Files): Buffer {
  const parts = Object.entries(files).flatMap(([name, text]) => {
    const body = Buffer.from(text);
    const same = { kind: "file", link: "", mode: 0o644, uid: 0, gid: 0, mtime: "0", attributes: new Map() } as const;
    return [tarHeader({ ...same, name, size: body.length }), body, Buffer.alloc(padding(body.length))];
  });
  return Buffer.concat([...parts, tarEnd]);
}

export const config = JSON.stringify({ os: "linux", rootfs: { type: "layers", diff_ids: [] } });
export const id = `sha256:${sha256(config)}`;

/** As `docker save` writes it: what it says of itself comes last, as Nix's streams have it. */
export const dockerFiles = (...names: readonly string[]): Files => ({
  "layer.tar": "the layer",
  "config.json": config,
  "manifest.json": JSON.stringify([{ Config: "config.json", RepoTags: names, Layers: ["layer.tar"] }]),
});

/** An OCI layout. */
export function ociFiles(annotations: Readonly<Record<string, string>>): Files {
  const layer = "the layer";
  const describe = (text: string) => ({ digest: `sha256:${sha256(text)}`, size: text.length });
  const manifest = JSON.stringify({ schemaVersion: 2, config: describe(config), layers: [describe(layer)] });
  const blobs = [config, layer, manifest].map((text) => [`blobs/sha256/${sha256(text)}`, text]);
  return {
    "oci-layout": '{"imageLayoutVersion":"1.0.0"}',
    "index.json": JSON.stringify({ schemaVersion: 2, manifests: [{ ...describe(manifest), annotations }] }),
    ...Object.fromEntries(blobs),
  };
}

export interface Handed {
  readonly id: string;
  readonly bytes: Buffer;
  /** What came before it failed; null where it did not. */
  readonly error: unknown;
}

/** Hands an archive on, as it would be to an engine. */
export async function handedOn(
  archive: Buffer,
  image: string,
  options: { readonly id?: string; readonly made?: () => Promise<unknown>; readonly chunk?: number } = {},
): Promise<Handed> {
  const { chunk = archive.length, made = async () => undefined } = options;
  const source = (async function* () {
    for (let at = 0; at < archive.length; at += chunk) yield archive.subarray(at, at + chunk);
  })();
  const passed = imageArchive(source, { image, shown: "/srv/x.tar", id: options.id ?? null, made });
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      const { value, done } = await passed.next();
      if (done) return { id: value, bytes: Buffer.concat(parts), error: null };
      parts.push(value);
    }
  } catch (error) {
    return { id: "", bytes: Buffer.concat(parts), error };
  }
}

/** Files by name; of one that was cut off those that are whole. */
export async function filesIn(bytes: Buffer): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const source = async function* () {
    yield bytes;
    yield tarEnd;
  };
  for await (const { entry, body } of tarEntries(new Bytes(source()))) {
    const parts: Buffer[] = [];
    for await (const part of body) parts.push(part);
    files[entry.name] = Buffer.concat(parts).toString();
  }
  return files;
}

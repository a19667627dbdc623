/** Archives for tests, honest and not: entries as they are said, in headers that nobody checks. */
import { Readable } from "node:stream";
import { Bytes } from "../../../src/systems/import/bytes.ts";
import { type TarEntry, tarEntries } from "../../../src/systems/import/tar-reader.ts";
import { tarEnd, tarHeader } from "../../../src/systems/import/tar-writer.ts";

export type Short = Partial<Omit<TarEntry, "attributes">> & {
  readonly name: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
};

/** A file, unless it says otherwise; a name that ends in `/` is a directory, one with a link is one. */
export function entry({ text = "", attributes = {}, ...rest }: Short): TarEntry {
  const kind = rest.name.endsWith("/") ? "directory" : rest.link !== undefined ? "symlink" : "file";
  const mode = kind === "directory" ? 0o755 : 0o644;
  const own = { uid: 0, gid: 0, mtime: "1000", link: "", size: kind === "file" ? Buffer.byteLength(text) : 0 };
  const known = new Map(Object.entries(attributes).map(([key, value]) => [key, Buffer.from(value, "latin1")]));
  return { kind, mode, ...own, ...rest, attributes: known };
}

export function archive(...shorts: readonly Short[]): Buffer {
  const parts = shorts.flatMap((short) => {
    const body = Buffer.from(short.text ?? "");
    return [tarHeader(entry(short)), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, tarEnd]);
}

/** The least that is a system. */
export const least: readonly Short[] = [
  { name: "./" },
  { name: "./etc/" },
  { name: "./etc/passwd", text: "root:x:0:0:root:/root:/bin/sh\n" },
  { name: "./usr/lib/systemd/systemd", text: "#!/bin/true\n", mode: 0o755 },
  { name: "./bin", link: "usr/bin" },
];

/** In chunks of any sizes: where they end must not matter. */
export function bytesOf(buffer: Buffer, size = 1000): Bytes {
  const chunks: Buffer[] = [];
  for (let at = 0; at < buffer.length; at += size) chunks.push(buffer.subarray(at, at + size));
  return new Bytes(Readable.from(chunks, { objectMode: true }));
}

export interface Read {
  readonly entry: TarEntry;
  readonly text: string;
}

export async function readAll(buffer: Buffer, size?: number): Promise<Read[]> {
  const read: Read[] = [];
  for await (const { entry: found, body } of tarEntries(bytesOf(buffer, size))) {
    const parts: Buffer[] = [];
    for await (const part of body) parts.push(part);
    read.push({ entry: found, text: Buffer.concat(parts).toString() });
  }
  return read;
}

import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { decompressed } from "../../../src/systems/import/compression.ts";
import { changed, verified } from "../../../src/systems/import/layer.ts";

const text = Buffer.from("what is packed\n".repeat(1000));
const garbage = randomBytes(1 << 20);

function chunksOf(bytes: Buffer): Readable {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) chunks.push(bytes.subarray(at, at + 65_536));
  return Readable.from(chunks);
}

async function read(bytes: Buffer, pinned: Buffer): Promise<Buffer> {
  const digest = `sha256:${createHash("sha256").update(pinned).digest("hex")}`;
  const parts: Buffer[] = [];
  for await (const part of decompressed(verified(chunksOf(bytes), digest, () => changed("it")))) parts.push(part);
  return Buffer.concat(parts);
}

test.skipIf(process.getuid?.() !== 0).each(["gzip", "xz", "zstd", "bzip2"])(
  "%s: what is read is what was pinned, also behind the end of what is packed",
  async (program) => {
    const packed = execFileSync(program, ["-c"], { input: text });
    expect((await read(packed, packed)).equals(text)).toBe(true);
    await expect(read(Buffer.concat([packed, garbage]), packed)).rejects.toThrow();
  },
);

/**
 * Java's list of certificate authorities notes when each was put in, which is when the tree was built. Pure.
 * The format is that of sun.security.provider.JavaKeyStore: big-endian numbers, texts after their length in two bytes; at
 * the end a SHA-1 over password, a fixed text and all before it.
 */
import { createHash } from "node:crypto";

const magic = 0xfeedfeed;
const trusted = 2;
const digestLength = 20;
/** What every such list has, for it holds nothing secret; and what the format adds. */
const [password, salt] = ["changeit", "Mighty Aphrodite"];

/**
 * The same keystore, every entry of which was made at `time`.
 * @param time seconds since 1970
 * @returns null for a file that is no such keystore, or has more than certificates, or another password
 */
export function keystoreAt(bytes: Buffer, time: number): Buffer | null {
  if (bytes.length < 12 + digestLength || bytes.readUInt32BE(0) !== magic || bytes.readUInt32BE(4) !== 2) return null;
  const content = Buffer.from(bytes.subarray(0, bytes.length - digestLength));
  if (!digest(content).equals(bytes.subarray(bytes.length - digestLength))) return null;
  let at = 12;
  for (let left = content.readUInt32BE(8); left > 0; left--) {
    if (content.readUInt32BE(at) !== trusted) return null;
    at += 4;
    at += 2 + content.readUInt16BE(at);
    content.writeBigInt64BE(BigInt(time) * 1000n, at);
    at += 8;
    at += 2 + content.readUInt16BE(at);
    at += 4 + content.readUInt32BE(at);
  }
  return Buffer.concat([content, digest(content)]);
}

function digest(content: Buffer): Buffer {
  const words = Buffer.from(password, "utf16le").swap16();
  return createHash("sha1").update(words).update(salt, "utf8").update(content).digest();
}

/** Headers of our own making: what unpacks an archive from outside never sees a byte of the original's headers. Pure. */
import { blockSize, checksum } from "./tar-header.ts";
import { type EntryKind, padding, type TarEntry } from "./tar-reader.ts";

const types: Readonly<Record<EntryKind, string>> = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  device: "3",
  directory: "5",
  fifo: "6",
};

/** Two empty blocks. */
export const tarEnd = Buffer.alloc(2 * blockSize);

/** What stands before an entry's body: a pax header where the plain one cannot say it, then the plain one. */
export function tarHeader(entry: TarEntry): Buffer {
  const records = paxRecords(entry);
  const plain = headerBlock(entry, types[entry.kind]);
  if (records.length === 0) return plain;
  const blank = { ...entry, name: "PaxHeaders/entry", link: "", mode: 0o644, uid: 0, gid: 0, mtime: "0" };
  const first = headerBlock({ ...blank, size: records.length }, "x");
  return Buffer.concat([first, records, Buffer.alloc(padding(records.length)), plain]);
}

function paxRecords(entry: TarEntry): Buffer {
  const { name, link, size, uid, gid, mtime } = entry;
  const records: Buffer[] = [];
  const add = (key: string, value: string | Buffer) => records.push(paxRecord(key, Buffer.from(value as string)));
  if (!fits(name)) add("path", name);
  if (!fits(link)) add("linkpath", link);
  if (size >= 8 ** 11) add("size", String(size));
  if (uid >= 8 ** 7) add("uid", String(uid));
  if (gid >= 8 ** 7) add("gid", String(gid));
  if (mtime.includes(".") || Number(mtime) >= 8 ** 11) add("mtime", mtime);
  for (const [key, value] of entry.attributes) add(key, value);
  return Buffer.concat(records);
}

/** One byte less than the field: then there is always a NUL. */
const fits = (name: string): boolean => name.length < 100 && /^[\x20-\x7e]*$/.test(name);

/** The length counts itself. */
export function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from("\n")]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length++;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function headerBlock({ name, mode, uid, gid, size, mtime, link }: TarEntry, type: string): Buffer {
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, at: number, width: number) =>
    block.write(
      Math.min(value, 8 ** (width - 1) - 1)
        .toString(8)
        .padStart(width - 1, "0"),
      at,
      "latin1",
    );
  block.write(fits(name) ? name : "long", 0, "latin1");
  octal(mode, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(Number(mtime)), 136, 12);
  block.write(type, 156, "latin1");
  block.write(fits(link) ? link : "long", 157, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  block.write(checksum(block).toString(8).padStart(6, "0"), 148, "latin1");
  block.write("\0 ", 154, "latin1");
  return block;
}

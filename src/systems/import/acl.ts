/**
 * Access control lists as the kernel has them, with numbers, as the text that tar takes. Names in such a text are those of
 * the machine that wrote it: where it is unpacked nobody knows them. Pure. Facts: linux/posix_acl_xattr.h, acl(5).
 */

/** What an entry is for, by its tag; those of single accounts have their number. */
const kinds: Readonly<Record<number, string>> = {
  1: "user",
  2: "user",
  4: "group",
  8: "group",
  16: "mask",
  32: "other",
};
const numbered: readonly number[] = [2, 8];

/** null: it is none. */
export function aclText(bytes: Buffer): string | null {
  if (bytes.length < 12 || bytes.readUInt32LE(0) !== 2 || bytes.length % 8 !== 4) return null;
  const lines: string[] = [];
  for (let at = 4; at < bytes.length; at += 8) {
    const [tag, may, id] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2), bytes.readUInt32LE(at + 4)];
    const kind = kinds[tag];
    if (kind === undefined) return null;
    const rights = ["r", "w", "x"].map((right, bit) => (may & (4 >> bit) ? right : "-")).join("");
    lines.push(`${kind}:${numbered.includes(tag) ? id : ""}:${rights}\n`);
  }
  return lines.join("");
}

/** The same attributes, with numbers in their lists where these say them too. */
export function withNumbers(attributes: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Buffer> {
  const all = new Map(attributes);
  for (const kind of ["access", "default"]) {
    const bytes = attributes.get(`SCHILY.xattr.system.posix_acl_${kind}`);
    const text = bytes === undefined ? null : aclText(bytes);
    if (text !== null) all.set(`SCHILY.acl.${kind}`, Buffer.from(text));
  }
  return all;
}

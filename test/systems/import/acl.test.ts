import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aclText } from "../../../src/systems/import/acl.ts";
import { TreePolicy } from "../../../src/systems/import/policy.ts";
import { digestOf } from "../../../src/systems/import/source.ts";
import { entry } from "./archive.ts";

function list(...entries: readonly (readonly [tag: number, rights: number, id?: number])[]): Buffer {
  const bytes = Buffer.alloc(4 + 8 * entries.length);
  bytes.writeUInt32LE(2);
  for (const [at, [tag, rights, id = 0xffff_ffff]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + 8 * at);
    bytes.writeUInt16LE(rights, 6 + 8 * at);
    bytes.writeUInt32LE(id, 8 + 8 * at);
  }
  return bytes;
}

const access = list([1, 6], [2, 7, 1000], [4, 4], [8, 5, 4], [16, 7], [32, 0]);
const text = "user::rw-\nuser:1000:rwx\ngroup::r--\ngroup:4:r-x\nmask::rwx\nother::---\n";

test("a list of access as text, with numbers", () => {
  expect(aclText(access)).toBe(text);
  for (const bad of [Buffer.alloc(0), access.subarray(1), access.subarray(0, 20 + 3), list([3, 7])]) {
    expect(aclText(bad)).toBeNull();
  }
});

test("numbers count, and not the names that the packing host had for them", () => {
  const attributes = {
    "SCHILY.acl.access": text.replace(":4:", ":adm:"),
    "SCHILY.xattr.system.posix_acl_access": access.toString("latin1"),
  };
  const kept = new TreePolicy({ bytes: 100, files: 100 }).admit(entry({ name: "etc/file", attributes }));
  expect([...(kept?.attributes ?? [])].map(([key, value]) => [key, value.toString()])).toEqual([
    ["SCHILY.acl.access", text],
  ]);
});

/** Writes device numbers of what is no device as the other versions of tar do: empty, or digits. */
const otherTar = (digits: string) => `#!/usr/bin/env node
const bytes = require("node:child_process").execFileSync(process.env.REAL_TAR, process.argv.slice(2));
for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
  const size = parseInt(bytes.toString("latin1", at + 124, at + 135), 8);
  for (const place of [329, 337]) bytes.fill(0, at + place, at + place + 8).write("${digits}", at + place);
  bytes.fill(" ", at + 148, at + 156);
  const sum = bytes.subarray(at, at + 512).reduce((all, byte) => all + byte, 0);
  bytes.write(sum.toString(8).padStart(6, "0") + "\\0 ", at + 148);
  at += 512 + Math.ceil(size / 512) * 512;
}
process.stdout.write(bytes);
`;

test("what a tree is does not depend on the version of tar that reads it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "stowage-tree-"));
  const [path, tree] = [process.env.PATH, `${directory}/tree`];
  try {
    mkdirSync(tree);
    writeFileSync(`${tree}/file`, "text");
    process.env.REAL_TAR = execFileSync("sh", ["-c", "command -v tar"], { encoding: "utf8" }).trim();
    process.env.PATH = `${directory}:${path}`;
    const digests = [];
    for (const digits of ["", "0000000"]) {
      writeFileSync(`${directory}/tar`, otherTar(digits), { mode: 0o755 });
      digests.push(await digestOf("tree", tree, "tree"));
    }
    expect(digests[0]).toBe(digests[1]);
  } finally {
    process.env.PATH = path;
    delete process.env.REAL_TAR;
    rmSync(directory, { recursive: true });
  }
});

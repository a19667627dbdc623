import { expect, test } from "vitest";
import { aclText } from "../../../src/systems/import/acl.ts";
import { TreePolicy } from "../../../src/systems/import/policy.ts";
import { digestOf } from "../../../src/systems/import/source.ts";
import { entry } from "./archive.ts";
import { byOtherTars } from "./other-tars.ts";

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

test("what a tree is does not depend on the version of tar that reads it", async () => {
  const [one, ...others] = await byOtherTars((directory) => digestOf("tree", directory, "tree"));
  expect(others).toEqual([one]);
});

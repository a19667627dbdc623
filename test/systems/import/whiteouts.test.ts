import { describe, expect, test } from "vitest";
import { Refused, TreePolicy } from "../../../src/systems/import/policy.ts";
import { removedBy } from "../../../src/systems/import/whiteouts.ts";
import { archive, bytesOf, entry, type Short } from "./archive.ts";

const below: readonly Short[] = [
  { name: "etc/a" },
  { name: "etc/d/one" },
  { name: "etc/d/two" },
  { name: "etc/link", link: "/usr" },
];

async function removed(...layer: readonly Short[]): Promise<string[]> {
  const policy = new TreePolicy({ bytes: 1e6, files: 1e6 });
  for (const short of below) policy.admit(entry(short));
  const paths = await removedBy(bytesOf(archive(...layer)), policy);
  for (const path of paths) expect(policy.kindOf(path)).toBeUndefined();
  return paths.sort();
}

describe("a layer takes away", () => {
  test("what it names", async () => {
    expect(await removed({ name: "etc/.wh.a" }, { name: "./etc/.wh.d" }, { name: ".wh.none" })).toEqual([
      "etc/a",
      "etc/d",
    ]);
  });
  test("all that a directory had", async () => {
    expect(await removed({ name: "etc/d/.wh..wh..opq" })).toEqual(["etc/d/one", "etc/d/two"]);
    expect(await removed({ name: ".wh..wh..opq" })).toEqual(["etc"]);
  });
  test("what it puts something of another kind in the place of", async () => {
    expect(await removed({ name: "etc/d" }, { name: "etc/a/" }, { name: "etc/a/x" })).toEqual(["etc/a", "etc/d"]);
    expect(await removed({ name: "etc/link/" }, { name: "etc/link/x" })).toEqual(["etc/link"]);
    expect(await removed({ name: "etc/a" }, { name: "etc/d/" })).toEqual([]);
  });
});

test("never through a link, nor anything that is no name", async () => {
  for (const name of ["etc/link/.wh.bin", "etc/link/x/.wh..wh..opq", "etc/.wh...", "etc/.wh.", "../.wh.a"]) {
    await expect(removed({ name }), name).rejects.toThrow(Refused);
  }
});

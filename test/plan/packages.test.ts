import { describe, expect, test } from "vitest";
import { packagesReason } from "../../src/plan/packages.ts";
import type { DebianRecipe, LockedPackage } from "../../src/systems/recipe.ts";

const part = (text: string): LockedPackage => {
  const [name = "", version = "", asked] = text.split(" ");
  const rest = { arch: "amd64", size: 1, sha256: "0", path: name, archive: "debian" };
  return { name, version, ...rest, ...(asked === "asked" && { requested: true as const }) };
};
const tree = (packages: readonly string[], suite = "trixie"): DebianRecipe => ({
  kind: "debian",
  builder: 1,
  suite,
  arch: "amd64",
  epoch: 0,
  layers: [["base 1"], packages].map((layer) => layer.map(part)),
});
const reason = (before: readonly string[], after: readonly string[]) => packagesReason(tree(before), tree(after));

describe("how two trees of packages differ", () => {
  test("what came, what went, what is another version", () => {
    expect(reason(["foo 1 asked", "bar 1"], ["nginx-light 1.2 asked", "bar 2"])).toBe(
      "its packages changed: -foo, +nginx-light 1.2, bar 1 → 2",
    );
  });
  test("what was asked for comes first, and only a few are named", () => {
    expect(reason([], ["aa 1", "bb 1", "cc 1", "zz 1 asked"])).toBe(
      "its packages changed: +zz 1, +aa 1, +bb 1 and 1 more",
    );
  });
  test("the suite alone, where that is another one", () => {
    expect(packagesReason(tree([], "bookworm"), tree(["a 1"]))).toBe("its suite changed: bookworm → trixie");
  });
  test("nothing is made up where nobody knows one of them, or only the builder is another", () => {
    expect(packagesReason(undefined, tree(["a 1"]))).toBe("its packages changed");
    expect(packagesReason({ ...tree(["a 1"]), builder: 0 }, tree(["a 1"]))).toBe("its packages changed");
  });
});

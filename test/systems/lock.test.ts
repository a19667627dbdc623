import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import {
  emptyLock,
  type Lock,
  type LockedSuite,
  normalRequest,
  recipeFor,
  withSystem,
} from "../../src/systems/lock.ts";
import { parseLock, renderLock } from "../../src/systems/lock-text.ts";
import {
  type DebianRecipe,
  type LockedPackage,
  recipeLabel,
  recipeName,
  whatIsMade,
} from "../../src/systems/recipe.ts";

const pinned = (name: string, version = "1.0-1"): LockedPackage => ({
  name,
  version,
  arch: "amd64",
  size: 1000,
  sha256: "ab".repeat(32),
  path: `pool/main/${name[0]}/${name}/${name}_${version}_amd64.deb`,
  archive: "debian",
});
const base = { arch: "amd64", epoch: 1_760_000_000, base: ["dpkg", "systemd"] };
const basePackages = [pinned("dpkg"), pinned("systemd")];
const nginx = { packages: ["nginx-light"], layers: [{ add: ["nginx-light"], packages: ["libssl", "nginx-light"] }] };
const lock: Lock = withSystem(
  withSystem(emptyLock, "trixie", base, { packages: [], layers: [] }, basePackages),
  "trixie",
  base,
  nginx,
  [pinned("libssl"), pinned("nginx-light")],
);

describe("recipeFor", () => {
  test("gives the layers in their order, with what was asked for marked", () => {
    const recipe = recipeFor(lock, { kind: "debian", suite: "trixie", packages: ["nginx-light"] });
    expect(recipe?.layers.map((layer) => layer.map((part) => `${part.name}${part.requested ? "!" : ""}`))).toEqual([
      ["dpkg", "systemd"],
      ["libssl", "nginx-light!"],
    ]);
    expect(recipe && recipeLabel(recipe)).toBe("debian-trixie-nginx-light");
  });
  test("two systems of a suite share the base layer", () => {
    const one = recipeFor(lock, { kind: "debian", suite: "trixie", packages: [] });
    const two = recipeFor(lock, { kind: "debian", suite: "trixie", packages: ["nginx-light"] });
    expect(two?.layers[0]).toEqual(one?.layers[0]);
    expect(two && one && recipeName({ ...two, layers: two.layers.slice(0, 1) })).toBe(one && recipeName(one));
  });
  test("a label stays short, however much is asked for", () => {
    const names = Array.from({ length: 20 }, (_, at) => `package-${at}`);
    const layer = names.map((name) => ({ ...pinned(name), requested: true as const }));
    const recipe = { kind: "debian", builder: 1, suite: "sid", arch: "amd64", epoch: 0, layers: [[], layer] } as const;
    expect(recipeLabel(recipe)).toBe("debian-sid-package-0-package-1-package-2-package-3+16");
  });
  test("does not care about order and repetition in the request", () => {
    const request = { kind: "debian", suite: "trixie", packages: ["nginx-light", "nginx-light"] } as const;
    expect(recipeFor(lock, request)).not.toBeNull();
    expect(normalRequest({ ...request, packages: ["b", "a", "b"] }).packages).toEqual(["a", "b"]);
  });
  test.each([
    ["an unknown suite", "bookworm", ["nginx-light"]],
    ["a list that was not locked", "trixie", ["nginx-light", "redis"]],
    ["a part of a locked list", "trixie", ["libssl"]],
  ])("is null for %s", (_, suite, packages) => {
    expect(recipeFor(lock, { kind: "debian", suite, packages })).toBeNull();
  });
});

describe("withSystem", () => {
  test("keeps the version that a package already has", () => {
    const redis = { packages: ["redis"], layers: [{ add: ["redis"], packages: ["redis"] }] };
    const more = withSystem(lock, "trixie", base, redis, [pinned("libssl", "2.0"), pinned("redis")]);
    expect(more.suites.trixie?.packages.map((part) => `${part.name} ${part.version}`)).toEqual([
      "dpkg 1.0-1",
      "libssl 1.0-1",
      "nginx-light 1.0-1",
      "redis 1.0-1",
      "systemd 1.0-1",
    ]);
  });
  test("drops packages that no system has any more", () => {
    const changed = { packages: ["nginx-light"], layers: [{ add: ["nginx-light"], packages: ["nginx-light"] }] };
    const names = withSystem(lock, "trixie", base, changed, []).suites.trixie?.packages.map((part) => part.name);
    expect(names).toEqual(["dpkg", "nginx-light", "systemd"]);
  });
});

describe("a mirror", () => {
  const request = { kind: "debian", suite: "trixie", packages: ["nginx-light"] } as const;
  test("says where to fetch, and makes no other store path", () => {
    const plain = recipeFor(lock, request) as DebianRecipe;
    const mirrored = recipeFor(lock, { ...request, mirror: { main: "http://near.example/debian" } }) as DebianRecipe;
    expect(mirrored.mirror).toEqual({ main: "http://near.example/debian" });
    expect(recipeName(mirrored)).toBe(recipeName(plain));
    expect(whatIsMade(mirrored)).toEqual(plain);
  });
});

describe("the file", () => {
  test("has one package a line, so that a new version is one changed line", () => {
    const before = renderLock(lock).split("\n");
    const suite = lock.suites.trixie as LockedSuite;
    const newer = suite.packages.map((part) => (part.name === "libssl" ? pinned("libssl", "1.0-2") : part));
    const after = renderLock({ format: 1, suites: { trixie: { ...suite, packages: newer } } }).split("\n");
    expect(after.filter((line, at) => line !== before[at])).toHaveLength(1);
    expect(after).toHaveLength(before.length);
  });
  test("is read back as it was written, and written again the same", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9+.-]{1,8}$/);
    const layers = fc
      .uniqueArray(name, { minLength: 1, maxLength: 12 })
      .chain((names) => fc.nat(names.length).map((cut) => ({ names, cut })));
    fc.assert(
      fc.property(layers, fc.nat(), fc.boolean(), ({ names, cut }, epoch, hasSystem) => {
        const below = hasSystem ? names.slice(0, cut) : names;
        const above = hasSystem ? names.slice(cut) : [];
        const suite: LockedSuite = {
          arch: "arm64",
          epoch,
          base: below,
          systems: hasSystem ? [{ packages: above, layers: [{ add: above, packages: above }] }] : [],
          packages: names.map((part) => pinned(part)),
        };
        const value: Lock = { format: 1, suites: { sid: suite } };
        const text = renderLock(value);
        expect(parseLock(text, "stowage.lock")).toEqual(value);
        expect(renderLock(parseLock(text, "stowage.lock"))).toBe(text);
      }),
    );
  });
  test("systems of one list of packages differ by the parts of the archive that they come from", () => {
    const contrib = { ...nginx, components: ["contrib", "main"] };
    const none = { ...nginx, furtherSuites: [] };
    const wider = [contrib, none].reduce((sum, system) => withSystem(sum, "trixie", base, system, []), lock);
    expect(parseLock(renderLock(wider), "stowage.lock")).toEqual(wider);
    expect(wider.suites.trixie?.systems).toHaveLength(4);
    const request = { kind: "debian", suite: "trixie", packages: ["nginx-light"] } as const;
    const covers = (part: object) => recipeFor(wider, { ...request, ...part }) !== null;
    expect([{}, { components: ["main", "contrib"] }, { furtherSuites: [] }].map(covers)).toEqual([true, true, true]);
    expect([{ components: ["contrib"] }, { furtherSuites: ["sid"] }].map(covers)).toEqual([false, false]);
  });
  test("an empty lock is read back", () => {
    expect(parseLock(renderLock(emptyLock), "stowage.lock")).toEqual(emptyLock);
  });

  const text = renderLock(lock);
  test.each([
    ["text that is not JSON", "{", "not JSON"],
    ["a list", "[]", "not an object"],
    ["another format", text.replace('"format": 1', '"format": 2'), "has format 2"],
    ["a hash that is none", text.replace("abab", "xyz"), "sha256 is"],
    ["a path that leads upwards", text.replaceAll("pool/main/d", "pool/../d"), "path is"],
    ["an absolute path", text.replaceAll("pool/main/d", "/main/d"), "path is"],
    ["a package without a version", text.replace('"base": [', '"base": ["zz",'), "zz is in a layer but has no version"],
    ["a package in two layers", text.replace('["libssl",', '["dpkg", "libssl",'), "dpkg is in two layers"],
    ["a package pinned twice", text.replace('"name": "libssl"', '"name": "dpkg"'), "dpkg is pinned twice"],
    ["a system without what it asks for", text.replace('["nginx-light"],', '["redis"],'), "no layer of"],
    ["an epoch that is text", text.replace("1760000000", '"now"'), "epoch is not a whole number"],
    ["a control character in a name", text.replace('"dpkg"', '"dp\\nkg"'), "base[0] is"],
  ])("%s is refused, naming the file", (_, broken, why) => {
    expect(broken).not.toBe(text);
    try {
      parseLock(broken, "conf/stowage.lock");
      expect.unreachable();
    } catch (error) {
      const [problem] = (error as StowageError).problems;
      expect(error).toBeInstanceOf(StowageError);
      expect(problem?.message).toContain("conf/stowage.lock");
      expect(problem?.details?.join("\n")).toContain(why);
    }
  });
});

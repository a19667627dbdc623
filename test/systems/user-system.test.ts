/** Whether there is a system at a path, and what a flake is asked for. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { gcRootFile, storePathOf, systemLayout } from "../../src/store/nix-places.ts";
import { installable } from "../../src/systems/nix-flake.ts";
import { noSystemAt } from "../../src/systems/user-system.ts";

const home = mkdtempSync(join(tmpdir(), "stowage-path-"));
afterAll(() => rmSync(home, { recursive: true }));

const tree = (name: string, ...parts: string[]): string => {
  for (const part of ["", ...parts]) mkdirSync(join(home, name, part), { recursive: true });
  return join(home, name);
};

describe("a directory tree", () => {
  test("with an init, by whichever of the two names, is a system", () => {
    const one = tree("one", "etc", "usr/lib/systemd");
    writeFileSync(join(one, "usr/lib/systemd/systemd"), "");
    expect(noSystemAt(one)).toBeNull();
    const other = tree("other", "etc", "usr/sbin");
    // A link out of the tree: it leads somewhere inside the container.
    symlinkSync("/nonexistent/systemd", join(other, "usr/sbin/init"));
    expect(noSystemAt(other)).toBeNull();
  });

  test("reached by a link is one, as long as the link leads somewhere", () => {
    const link = join(home, "link");
    symlinkSync("one", link);
    expect(noSystemAt(link)).toBeNull();
    symlinkSync("nowhere", join(home, "dangling"));
    expect(noSystemAt(join(home, "dangling"))?.why).toContain("is a link that leads nowhere");
  });

  test.each([
    ["not there", () => join(home, "missing"), "does not exist"],
    ["a file", () => join(home, "one/usr/lib/systemd/systemd"), "is not a directory"],
    ["without usr", () => tree("no-usr", "etc"), "has no directory usr/"],
    ["without etc", () => tree("no-etc", "usr"), "has no directory etc/"],
    ["without an init", () => tree("no-init", "etc", "usr/lib"), "has no init"],
  ])("%s", (_, make, why) => {
    expect(noSystemAt(make())?.why).toContain(why);
  });

  test("whose etc is a link would be followed out of it", () => {
    const path = tree("linked", "usr/sbin");
    symlinkSync("/etc", join(path, "etc"));
    expect(noSystemAt(path)?.why).toContain("has no directory etc/");
  });
});

test("what is below /nix is of Nix, by the path alone", () => {
  expect(systemLayout("/nix/store/x")).toBe("nix");
  expect(systemLayout("/nix/var/nix/profiles/per-container/web/system")).toBe("nix");
  expect(systemLayout("/nixos")).toBe("tree");
  expect(systemLayout("/srv/nix/store/x")).toBe("tree");
  expect(noSystemAt("/nix/var/nix/nonexistent")).toEqual({
    why: "/nix/var/nix/nonexistent does not exist",
    details: ["a system of Nix has an `init`"],
  });
});

test("a store path is kept by a file of its name; a profile keeps itself", () => {
  expect(gcRootFile("/nix/store/abc-system/sub")).toBe("/nix/var/nix/gcroots/stowage/abc-system");
  expect(gcRootFile("/nix/var/nix/profiles/web")).toBeNull();
  expect(storePathOf("/nix/store/")).toBeNull();
});

test("of a flake its configuration `container`, or the one after the #, whatever is in the name", () => {
  const rest = "config.system.build.toplevel";
  expect(installable("github:example/hosts")).toBe(`github:example/hosts#nixosConfigurations."container".${rest}`);
  expect(installable("path:/srv/hosts#web-1")).toBe(`path:/srv/hosts#nixosConfigurations."web-1".${rest}`);
});

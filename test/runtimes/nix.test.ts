/** Systems of Nix: what is bound, what is started, and what a container must not come to write to. */
import { describe, expect, test } from "vitest";
import { containerParts, type SystemContainer } from "../../src/runtimes/nspawn/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { Exec, UnitSection } from "../../src/units/index.ts";
import { isolated, trusted } from "./containers.ts";

const nixSystem = (path: string, base: SystemContainer = isolated): SystemContainer => ({
  ...base,
  system: { kind: "path", path },
});
const sections = (container: SystemContainer): { Unit: UnitSection; Service: UnitSection } =>
  containerParts(defaultLayout, container).units[0]?.sections as { Unit: UnitSection; Service: UnitSection };
const boot = (container: SystemContainer): readonly string[] => (sections(container).Service.ExecStart as Exec).exec;

const stored = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-system";
const ownProfile = "/nix/var/nix/profiles/per-container/web/system";

describe("init", () => {
  test.each([
    [stored, `${stored}/init`],
    [ownProfile, "/nix/var/nix/profiles/system/init"],
    ["/nix/var/nix/profiles/web", "/run/host-system/init"],
    // Another container's directory is none that this one sees.
    ["/nix/var/nix/profiles/per-container/other/system", "/run/host-system/init"],
    ["/nix/var/nix/profiles/per-container/web", "/run/host-system/init"],
  ])("of %s is %s, started as PID 1", (path, init) => {
    const argv = boot(nixSystem(path));
    expect(argv.at(-1)).toBe(init);
    expect(argv).not.toContain("--boot");
  });

  test("comes before the words that are meant for it", () => {
    const container = { ...nixSystem(stored), extraFlags: ["--setenv=A=b", "systemd.unit=rescue.target", "-x"] };
    expect(boot(container).slice(-4)).toEqual(["--setenv=A=b", `${stored}/init`, "systemd.unit=rescue.target", "-x"]);
  });
});

describe("what the container sees of the host's Nix", () => {
  test("the store cannot be written: a locked bind, or an overlay without an upper layer", () => {
    expect(boot(nixSystem(stored))).toContain("--bind-ro=/nix/store:/nix/store:idmap");
    expect(boot(nixSystem(stored, trusted)).join(" ")).toMatch(/--overlay-ro=\/nix\/store:[^ ]+:\/nix\/store /);
  });

  test("only its own profiles and gcroots can", () => {
    const writable = boot(nixSystem(ownProfile)).filter((word) => word.startsWith("--bind="));
    expect(writable).toEqual([
      "--bind=/nix/var/nix/profiles/per-container/web:/nix/var/nix/profiles:idmap",
      "--bind=/nix/var/nix/gcroots/per-container/web:/nix/var/nix/gcroots:idmap",
    ]);
  });

  test("no link may stand in the place of these, and no user of the host comes near them", () => {
    const { Unit, Service } = sections(nixSystem(ownProfile));
    for (const kind of ["profiles", "gcroots"]) {
      expect(Unit.AssertPathIsSymbolicLink).toContain(`!/nix/var/nix/${kind}/per-container/web`);
    }
    const words = (Service.ExecStartPre as Exec[]).map(({ exec }) => exec.join(" "));
    expect(words.join("\n")).toMatch(
      /-m 0700 \/nix\/var\/nix\/profiles\/per-container \/nix\/var\/nix\/gcroots\/per-container/,
    );
  });

  test("a profile that has the directory's name is not made writable with it", () => {
    const argv = boot(nixSystem("/nix/var/nix/profiles/per-container/web")).join(" ");
    expect(argv).not.toContain("--bind=/nix/var/nix/profiles");
    expect(argv).toContain("--bind-ro=/nix/var/nix/profiles/per-container/web:/run/host-system:idmap");
  });
});

describe("reload", () => {
  const reload = (path: string) => sections(nixSystem(path)).Service.ExecReload as Exec | undefined;

  test("is NixOS's: switch-to-configuration test, inside, of what the path is then", () => {
    expect(reload(ownProfile)?.exec.slice(-2)).toEqual([
      "/nix/var/nix/profiles/system/bin/switch-to-configuration",
      "test",
    ]);
    expect(reload(stored)?.exec).toContain("--machine=web");
  });

  test("is not offered where the container sees only what it began with", () => {
    expect(reload("/nix/var/nix/profiles/web")).toBeUndefined();
  });
});

test("a store path is a file among gcroots; nothing of a tree is", () => {
  const files = (path: string) => containerParts(defaultLayout, nixSystem(path)).files.map(([file]) => file);
  expect(files(stored)).toContain(`/nix/var/nix/gcroots/stowage/${stored.slice("/nix/store/".length)}`);
  expect(files("/srv/tree").join()).not.toContain("/nix");
});

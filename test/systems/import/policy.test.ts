import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanPath, Refused, TreePolicy } from "../../../src/systems/import/policy.ts";
import { entry, least, type Short } from "./archive.ts";

const room = { bytes: 1000, files: 100 };

/** The names that are kept. */
function admitted(...shorts: readonly Short[]): string[] {
  const policy = new TreePolicy(room);
  return shorts.flatMap((short) => policy.admit(entry(short))?.name ?? []);
}
const refusal = (...shorts: readonly Short[]) => expect(() => admitted(...shorts));

describe("names", () => {
  test("a clean one leads below its root, whatever is written", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", ".", "/", "..", "\n", "é") }), (text) => {
        let path: string;
        try {
          path = cleanPath(text, "name");
        } catch (error) {
          expect(error).toBeInstanceOf(Refused);
          return;
        }
        const parts = path.split("/");
        expect(path === "" || parts.every((part) => part !== "" && part !== "." && part !== "..")).toBe(true);
        expect(path).not.toContain("\n");
      }),
    );
  });
  test.each(["../a", "a/../../b", "/etc/passwd", "a\nb", "a\x7f", `${"a".repeat(256)}`, "a/".repeat(2500)])(
    "%j is refused",
    (name) => refusal({ name }).toThrow(Refused),
  );
});

describe("links", () => {
  test("nothing goes through one", () => {
    refusal({ name: "a", link: "/etc" }, { name: "a/passwd" }).toThrow("a/passwd lies below a, which is a link");
    refusal({ name: "x/a", link: ".." }, { name: "x/a/b/c" }).toThrow("which is a link");
    refusal({ name: "f" }, { name: "f/x" }).toThrow("which is no directory");
  });
  test("lead where they mean to inside", () => {
    expect(admitted({ name: "etc/a", link: "/usr/bin/../x" })).toEqual(["etc/a"]);
    refusal({ name: "etc/a", link: "x\ny" }).toThrow("leads to");
  });
  test("a hard link is to a file of the same archive, before it", () => {
    expect(admitted({ name: "a" }, { name: "b", kind: "hardlink", link: "./a" })).toEqual(["a", "b"]);
    for (const link of ["/etc/shadow", "../../etc/shadow", "none", "d", "b", "dev/x"]) {
      refusal({ name: "d/" }, { name: "dev/x" }, { name: "b", kind: "hardlink", link }).toThrow(Refused);
    }
    refusal({ name: "l", link: "/etc" }, { name: "b", kind: "hardlink", link: "l" }, { name: "b/x" }).toThrow(
      "is a link",
    );
  });
  test("where a container has its own state is a directory", () => {
    refusal({ name: "var", link: "/srv" }).toThrow("var is a link");
  });
});

describe("what a system is", () => {
  test("devices are refused, but for those that every container gets anew", () => {
    refusal({ name: "etc/x", kind: "device" }).toThrow("etc/x is a device node");
    expect(admitted({ name: "dev/null", kind: "device" }, { name: "proc/1" }, { name: "./" })).toEqual([]);
  });
  test("/usr is merged", () => {
    expect(admitted({ name: "bin", link: "usr/bin" }, { name: "lib64", link: "/usr/lib64/" })).toEqual([]);
    for (const short of [{ name: "bin/" }, { name: "sbin/x" }, { name: "lib", link: "usr/lib32" }, { name: "bin" }]) {
      refusal(short).toThrow("its /usr is not merged");
    }
  });
  test("owners are those that a container has", () => {
    refusal({ name: "etc/x", uid: 100_000 }).toThrow("etc/x belongs to 100000:0");
    refusal({ name: "etc/x", gid: 65_536 }).toThrow(Refused);
  });
  test("setuid and file capabilities stay, what is the building host's goes", () => {
    const attributes = {
      "SCHILY.xattr.security.capability": "c",
      "SCHILY.xattr.user.a": "u",
      "SCHILY.acl.access": "user::rw-",
      "SCHILY.xattr.security.selinux": "s",
      "SCHILY.xattr.trusted.overlay.opaque": "y",
    };
    const kept = new TreePolicy(room).admit(entry({ name: "usr/bin/su", mode: 0o4755, attributes }));
    expect(kept?.mode).toBe(0o4755);
    expect([...(kept?.attributes.keys() ?? [])].sort()).toEqual([
      "SCHILY.acl.access",
      "SCHILY.xattr.security.capability",
      "SCHILY.xattr.user.a",
    ]);
  });
  test("there is room for it", () => {
    refusal({ name: "a", size: 600 }, { name: "b", size: 600 }).toThrow("more than there is room for: 1000 bytes");
    refusal(...Array.from({ length: 101 }, (_, at) => ({ name: `f${at}` }))).toThrow("100 files");
    // Also of what is left out: it has to be read.
    refusal({ name: "tmp/a", size: 1001 }).toThrow("room");
  });
  test("a path that is a directory stays one", () => {
    refusal({ name: "a/b" }, { name: "a" }).toThrow("twice");
    refusal({ name: "a" }, { name: "a/" }).toThrow("twice");
    expect(admitted({ name: "a" }, { name: "a", link: "x" })).toEqual(["a", "a"]);
  });
  test("it has /usr, /etc and systemd", () => {
    const whole = (without: string) => {
      const policy = new TreePolicy(room);
      for (const short of least.filter(({ name }) => !name.includes(without))) policy.admit(entry(short));
      policy.checkWhole();
    };
    expect(() => whole("nothing")).not.toThrow();
    expect(() => whole("etc")).toThrow("has no directory etc/");
    expect(() => whole("usr/")).toThrow("has no directory usr/");
    const policy = new TreePolicy(room);
    for (const name of ["etc/", "usr/bin/sh"]) policy.admit(entry({ name }));
    expect(() => policy.checkWhole()).toThrow("has no init");
  });
});

/** The awk programs that say which name servers containers ask, and which names they know: run as they are. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resolvProgram, resolvSources } from "../../src/runtimes/nspawn/resolv.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "resolv-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** What comes of the three sources; null: there is no such file. */
function resolved(...texts: (string | null)[]): { host: string; own: string } {
  let program = resolvProgram((network) => join(place, network));
  resolvSources.forEach((source, index) => {
    const text = texts[index] ?? null;
    rmSync(join(place, `source${index}`), { force: true });
    if (text !== null) writeFileSync(join(place, `source${index}`), text);
    program = program.replace(`"${source}"`, `"${join(place, `source${index}`)}"`);
  });
  writeFileSync(join(place, "program"), program);
  const { status, stderr } = spawnSync("awk", ["-f", join(place, "program")], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const read = (name: string) => readFileSync(join(place, name), "utf8").split("\n").slice(1).join("\n");
  return { host: read("host"), own: read("own") };
}

const stub = "# made by resolved\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.org\n";
const uplink = "# uplinks\nnameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch example.org\n";

test("servers of the network are taken over, with what else the file says", () => {
  const given = "search a b\nnameserver 192.0.2.1\noptions timeout:1\n";
  expect(resolved(given)).toEqual({ host: given, own: given });
});

test("behind a resolver on loopback: systemd-resolved's own servers, or those of NetworkManager", () => {
  const own = "nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch example.org\n";
  expect(resolved(stub, uplink)).toEqual({ host: stub, own });
  expect(resolved("nameserver 127.0.0.1\n", null, "nameserver 192.0.2.9\n").own).toBe("nameserver 192.0.2.9\n");
  expect(resolved("nameserver 127.0.0.1\n", "nameserver 127.0.0.1\n", "nameserver 192.0.2.9\n").own).toBe(
    "nameserver 192.0.2.9\n",
  );
});

test.each(["127.0.0.1", "127.9.9.9", "::1", "::", "0.0.0.0", "::ffff:127.0.0.1", "fe80::1%eth0"])(
  "%s can only be reached on the host itself",
  (server) => {
    const given = `nameserver ${server}\nnameserver 192.0.2.1\n`;
    expect(resolved(given, uplink)).toEqual({ host: given, own: "nameserver 192.0.2.1\n" });
  },
);

test("servers whose address only begins or ends alike are left", () => {
  const given = "nameserver 12.7.0.1\nnameserver 2001:db8::1\n";
  expect(resolved(given).own).toBe(given);
});

test("nobody is left: no server, and the file says so", () => {
  expect(resolved("search x\nnameserver 127.0.0.1\n").own).toBe("search x\n");
  expect(readFileSync(join(place, "own"), "utf8")).toContain("No name server");
  expect(resolved(null)).toEqual({ host: "", own: "" });
});

test("what did not change is not written; what did is written in place, since it may be bound", () => {
  resolved("nameserver 192.0.2.1\n");
  const before = statSync(join(place, "own"), { bigint: true });
  resolved("nameserver 192.0.2.1\n");
  expect(statSync(join(place, "own"), { bigint: true }).mtimeNs).toBe(before.mtimeNs);
  expect(resolved("nameserver 192.0.2.2\n").own).toBe("nameserver 192.0.2.2\n");
  expect(statSync(join(place, "own"), { bigint: true }).ino).toBe(before.ino);
});

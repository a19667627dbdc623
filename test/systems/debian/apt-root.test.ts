import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultLayout } from "../../../src/store/layout.ts";
import { openAptRoot } from "../../../src/systems/debian/apt-root.ts";

test("settings taken from the host's apt, which may hold a password, are root's alone", async () => {
  const place = mkdtempSync(join(tmpdir(), "stowage-apt-"));
  try {
    const mirror = { main: ["http://mirror.invalid/debian"], security: ["http://mirror.invalid/debian-security"] };
    const { directory } = await openAptRoot({ ...defaultLayout, cache: place }, { suite: "trixie" }, "amd64", mirror);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

const given = { main: ["http://mirror.invalid/debian"], security: ["http://mirror.invalid/debian-security"] };

test("sources name what the configuration says; a snapshot stays valid", async () => {
  const place = mkdtempSync(join(tmpdir(), "stowage-apt-"));
  try {
    const main = "http://snapshot.invalid/archive/debian/20260901T000000Z";
    const source = { suite: "trixie", components: ["contrib", "main"], mirror: { main } };
    const { directory } = await openAptRoot({ ...defaultLayout, cache: place }, source, "amd64", given);
    const [first, second] = readFileSync(`${directory}/etc/apt/sources.list.d/archives.sources`, "utf8").split("\n\n");
    expect(first?.split("\n")).toEqual([
      "Types: deb",
      `URIs: ${main}`,
      "Suites: trixie trixie-updates",
      "Components: contrib main",
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
      "Check-Valid-Until: no",
    ]);
    expect(second).not.toContain("Check-Valid-Until");
    // Lists of other sources are not thrown away for it.
    expect(directory).not.toBe(`${place}/apt/trixie-amd64`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
test.each([
  [{ suite: "noble" }, "install the package ubuntu-keyring", "/usr/share/keyrings/ubuntu-archive-keyring.gpg"],
  [{ suite: "trixie", mirror: { keyring: "/no/keys.gpg" } }, "put the keys there", "/no/keys.gpg"],
])("missing keys of %j are told", async (source, hint, keyring) => {
  if (existsSync(keyring)) return;
  const place = mkdtempSync(join(tmpdir(), "stowage-apt-"));
  await expect(openAptRoot({ ...defaultLayout, cache: place }, source, "amd64", given)).rejects.toMatchObject({
    problems: [{ code: "no-keyring", message: `${keyring} is missing`, hint: expect.stringContaining(hint) }],
  });
  rmSync(place, { recursive: true, force: true });
});

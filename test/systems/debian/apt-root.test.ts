import { mkdtempSync, rmSync, statSync } from "node:fs";
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

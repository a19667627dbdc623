import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { credentialState } from "../../src/host/credentials.ts";

let top = "";
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "stowage-credentials-"));
  mkdirSync(join(top, "unit"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(top, { recursive: true });
});

const source = (encrypted = false) => ({ credential: "password", source: join(top, "password"), encrypted });
const write = (now: string | Buffer, had?: string | Buffer) => {
  writeFileSync(join(top, "password"), now);
  if (had !== undefined) writeFileSync(join(top, "unit/password"), had);
};
const state = (running = true) => credentialState(source(), running ? join(top, "unit") : null);

test("what a unit has is compared with what it would get, to the byte", async () => {
  write("one\n", "one\n");
  expect(await state()).toBe("same");
  write("one", "one\n");
  expect(await state()).toBe("rotated");
  write(Buffer.from([0, 255, 1]), Buffer.from([0, 255, 2]));
  expect(await state()).toBe("rotated");
});

test("a unit that does not run has nothing to compare, and neither has one that was started without it", async () => {
  write("one", "two");
  expect(await state(false)).toBe("same");
  rmSync(join(top, "unit/password"));
  expect(await state()).toBe("same");
});

test("a source that is not there, or no file, is missing", async () => {
  expect(await state()).toBe("missing");
  expect(await state(false)).toBe("missing");
  mkdirSync(join(top, "password"));
  expect(await state()).toBe("missing");
  expect(await credentialState({ credential: "x", source: "stowage-no-such", encrypted: false }, null)).toBe("missing");
});

test("a socket gives what it gives: it is not asked", async () => {
  const server = createServer(() => expect.unreachable()).listen(join(top, "password"));
  await new Promise((listening) => server.once("listening", listening));
  writeFileSync(join(top, "unit/password"), "had");
  expect(await state()).toBe("same");
  server.close();
});

test("an encrypted one is compared by what it holds; one that cannot be decrypted is left to systemd to tell", async (context) => {
  // A key of the test's own, and not the machine's.
  vi.stubEnv("SYSTEMD_CREDENTIAL_SECRET", join(top, "secret"));
  writeFileSync(join(top, "plain"), "value");
  const encrypt = ["encrypt", "--with-key=host", "--name=password", join(top, "plain"), join(top, "password")];
  const done = await promisify(execFile)("systemd-creds", encrypt).catch(() => null);
  if (done === null) return context.skip("this machine has no key for systemd-creds");
  writeFileSync(join(top, "unit/password"), "value");
  expect(await credentialState(source(true), join(top, "unit"))).toBe("same");
  writeFileSync(join(top, "unit/password"), "former");
  expect(await credentialState(source(true), join(top, "unit"))).toBe("rotated");
  writeFileSync(join(top, "password"), "no credential at all");
  expect(await credentialState(source(true), join(top, "unit"))).toBe("same");
});

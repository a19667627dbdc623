/** Where credentials are while something is fetched. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { defaultLayout } from "../../../src/store/layout.ts";
import { loggedIn } from "../../../src/systems/images/login.ts";
import type { ImageStore } from "../../../src/systems/images/stores.ts";

const top = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "stowage-login-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, "password"), "right\n");
  return directory;
};

const logIn = <T>(directory: string, work: (credentials: string) => T) =>
  loggedIn(
    { ...defaultLayout, run: join(directory, "run/stowage") },
    { engine: { key: { user: "root" }, login: async () => ({ refused: null }) } } as unknown as ImageStore,
    { registry: "registry.example.org", username: "bob", passwordFile: join(directory, "password") },
    async (credentials) => work(credentials?.directory ?? ""),
  );

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test("the runtime directory stays open to all, that of the logins to be passed, and one's own is shut", async () => {
  const directory = top();
  const run = join(directory, "run/stowage");
  const modes = await logIn(directory, (own) => [run, join(run, "logins"), own].map(mode));
  expect(modes).toEqual(["755", "711", "700"]);
  expect(readdirSync(join(run, "logins"))).toEqual([]);
});

test("root walks through no directory that its user made", async () => {
  const directory = top();
  const logins = join(directory, "run/stowage/logins");
  const [own, killed] = await logIn(directory, (own) => {
    const killed = join(logins, "4194999-abc");
    for (const one of [own, killed]) {
      mkdirSync(join(one, "below"), { recursive: true });
      writeFileSync(join(one, "below/file"), "");
      writeFileSync(join(one, "auth.json"), "");
      symlinkSync(directory, join(one, "link"));
    }
    return [own, killed];
  });
  await logIn(directory, () => null);
  for (const one of [own, killed]) expect(readdirSync(one ?? "")).toEqual(["below"]);
  expect(existsSync(join(own ?? "", "below/file"))).toBe(true);
  expect(existsSync(join(directory, "password"))).toBe(true);
});

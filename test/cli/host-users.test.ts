import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hostUsers } from "../../src/cli/host-users.ts";

let etc: string;
beforeEach(() => {
  etc = mkdtempSync(join(tmpdir(), "stowage-users-"));
  put(
    "passwd",
    "root:x:0:0:root:/root:/bin/bash\nalice:x:1000:1000:A,,,:/home/alice:/bin/sh\nbob:x:1001:1001::/srv/bob:\n",
  );
});
afterEach(() => rmSync(etc, { recursive: true, force: true }));
const put = (name: string, text: string) => writeFileSync(join(etc, name), text);

test("nothing is read for nobody", async () => {
  expect(await hostUsers([], "/no/such/directory")).toEqual(new Map());
});

test("users have a home, and further ids where both files give them some, by name or by number", async () => {
  put("subuid", "alice:100000:65536\n1001:165536:65536\n");
  put("subgid", "alice:100000:65536\n");
  const found = await hostUsers(["alice"], etc);
  expect(found.get("alice")).toMatchObject({ uid: 1000, home: "/home/alice", hasSubIds: true });
  expect(found.get("bob")).toMatchObject({ uid: 1001, home: "/srv/bob", hasSubIds: false });
  put("subgid", "alice:100000:65536\n1001:165536:65536\n");
  expect((await hostUsers(["alice"], etc)).get("bob")?.hasSubIds).toBe(true);
});

test("who lingers has a file of his name", async () => {
  put("alice", "");
  const found = await hostUsers(["alice"], etc, etc);
  expect([found.get("alice")?.lingers, found.get("bob")?.lingers]).toEqual([true, undefined]);
});

test("a host without such files, and one that asks a directory service for them", async () => {
  expect((await hostUsers(["alice"], etc)).get("alice")?.hasSubIds).toBe(false);
  put("nsswitch.conf", "passwd: files\nsubid: files\n");
  expect((await hostUsers(["alice"], etc)).get("alice")?.hasSubIds).toBe(false);
  put("nsswitch.conf", "passwd: files\nsubid: sss\n");
  expect((await hostUsers(["alice"], etc)).get("alice")?.hasSubIds).toBe(true);
});

test("who is not in the file is asked for; nobody is no failure", async () => {
  const found = await hostUsers(["daemon", "stowage-nobody-has-this"], etc);
  expect(found.get("daemon")).toMatchObject({ uid: 1 });
  expect(found.has("stowage-nobody-has-this")).toBe(false);
});

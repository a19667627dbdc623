import { expect, test } from "vitest";
import { innerChanges } from "../../src/plan/index.ts";
import { type DeclaredUser, emptyToplevel, type ToplevelRecipe } from "../../src/systems/recipe.ts";

const user = (uid: number | null, change: Partial<DeclaredUser> = {}): DeclaredUser => ({
  kind: uid === null ? "packaged" : "system",
  uid,
  pinned: false,
  group: null,
  extraGroups: [],
  description: null,
  home: null,
  homeMode: null,
  shell: null,
  hashedPassword: null,
  ...change,
});
const top = (users: Readonly<Record<string, DeclaredUser>>, groups = {}): ToplevelRecipe => ({
  ...emptyToplevel("web", "x"),
  accounts: { users, groups },
});
const changes = (former: ToplevelRecipe, next: ToplevelRecipe) =>
  innerChanges(former, next).accounts?.map(({ verb, account }) => `${verb} ${account}`);

test("accounts that come, change and go are named", () => {
  const group = { gid: 500, pinned: false, members: [] };
  const former = top({ app: user(500), old: user(501), same: user(502) }, { old: group });
  const next = top({ app: user(500, { shell: "/bin/sh" }), new: user(503), same: user(502) }, { new: group });
  expect(changes(former, next)).toEqual([
    "change user app",
    "add user new",
    "remove user old",
    "add group new",
    "remove group old",
  ]);
});
test("what a package brings is there whether it is declared or not", () => {
  expect(changes(top({}), top({ postgres: user(null) }))).toEqual(["change user postgres"]);
  expect(changes(top({ postgres: user(null) }), top({}))).toEqual(["change user postgres"]);
});
test("nothing is said where nothing differs, or an older version wrote what was before", () => {
  expect(changes(top({ app: user(500) }), top({ app: user(500) }))).toBeUndefined();
  const { accounts: _, ...old } = top({});
  expect(changes(old as ToplevelRecipe, top({ app: user(500) }))).toEqual(["add user app"]);
});

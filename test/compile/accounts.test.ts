import { describe, expect, test } from "vitest";
import { accountsAsked, compile, type Sources, sourcesOf } from "../../src/compile/index.ts";
import { StowageError } from "../../src/error.ts";
import { type Evaluation, evalModules } from "../../src/modules/index.ts";
import { type HostConfig, hostOptions } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { noAccounts, withNumbers } from "../../src/systems/account-numbers.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";
import { lock } from "./config.ts";

type Systems = Readonly<Record<string, object>>;

function evaluated(systems: Systems): Evaluation<HostConfig> {
  const containers = Object.fromEntries(Object.entries(systems).map(([name, config]) => [name, { config }]));
  const modules = [{ options: hostOptions }, { containers }];
  return evalModules({ modules }) as Evaluation as Evaluation<HostConfig>;
}
function toplevel(system: object, locked = lock, sources?: Sources): ToplevelRecipe {
  const evaluation = evaluated({ web: system });
  expect(evaluation.issues).toEqual([]);
  const accounts = withNumbers(locked.accounts ?? noAccounts, accountsAsked(evaluation.config));
  const generation = compile(evaluation, { ...locked, accounts }, defaultLayout, "", sources);
  return generation.systems[generation.containers.web?.system ?? ""] as ToplevelRecipe;
}
function problems(system: object, sources?: Sources, locked = lock): string[][] {
  try {
    compile(evaluated({ web: system }), locked, defaultLayout, "", sources);
    return [];
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    return error.problems.map(({ code, option = [] }) => [code, option.slice(3).join(".")]);
  }
}
const users = (all: object) => ({ users: { users: all } });

describe("users and groups of a container", () => {
  test("a system user, its group with it; a normal user with a home; one of a package extended", () => {
    const { accounts } = toplevel({
      users: {
        users: {
          app: { isSystemUser: true, extraGroups: ["web", "adm", "web"] },
          alice: { isNormalUser: true, description: "Alice", hashedPassword: "$y$j9T$x" },
          postgres: { extraGroups: ["web"] },
        },
        groups: { web: { members: ["alice"] } },
      },
    });
    expect(accounts.users.app).toMatchObject({ kind: "system", uid: 500, pinned: false, group: null, homeMode: null });
    expect(accounts.users.app?.extraGroups).toEqual(["adm", "web"]);
    expect(accounts.users.alice).toMatchObject({
      kind: "normal",
      uid: 2000,
      homeMode: "0700",
      hashedPassword: "$y$j9T$x",
    });
    expect(accounts.users.postgres).toMatchObject({ kind: "packaged", uid: null });
    expect(accounts.groups).toEqual({
      app: { gid: 500, pinned: false, members: [] },
      web: { gid: 501, pinned: false, members: ["alice"] },
    });
  });
  test("a number that is said wins over the lock's; below 1000 it makes a system user, as in NixOS", () => {
    const { accounts } = toplevel(users({ app: { uid: 600 } }), {
      ...lock,
      accounts: { users: { app: 500 }, groups: {} },
    });
    expect(accounts.users.app).toMatchObject({ kind: "system", uid: 600, pinned: true });
  });
  test("one that is not enabled is not there, nor a member of anything", () => {
    const { accounts } = toplevel({
      users: { users: { app: { isSystemUser: true, enable: false } }, groups: { web: { members: ["app", "root"] } } },
    });
    expect([accounts.users, accounts.groups.web?.members]).toEqual([{}, ["root"]]);
  });
  test("the names that NixOS had first", () => {
    const { accounts } = toplevel({
      users: { extraUsers: { app: { isSystemUser: true } }, extraGroups: { web: { members: ["app"] } } },
    });
    expect([Object.keys(accounts.users), Object.keys(accounts.groups)]).toEqual([["app"], ["app", "web"]]);
    const both = evaluated({ web: { users: { extraUsers: { app: { nosuch: 1 } } } } });
    expect(both.issues).toHaveLength(1);
    expect(both.issues[0]).toMatchObject({
      option: ["containers", "web", "config", "users", "users", "app", "nosuch"],
    });
  });
  test("all containers ask for one map: a name once, whoever has it", () => {
    const { config } = evaluated({
      a: users({ app: { isSystemUser: true }, root: { shell: "/bin/sh" } }),
      b: users({ app: { isSystemUser: true }, bob: { isNormalUser: true } }),
    });
    expect(withNumbers(noAccounts, accountsAsked(config))).toEqual({
      users: { app: 500, bob: 2000 },
      groups: { app: 500 },
    });
  });
});

describe("mistakes", () => {
  test.each<[string, object, string[][]]>([
    ["a name", { A: { isSystemUser: true } }, [["bad-account-name", "users.users.A"]]],
    ["both kinds", { a: { isSystemUser: true, isNormalUser: true } }, [["two-kinds", "users.users.a.isNormalUser"]]],
    ["no kind", { a: { uid: 2500 } }, [["no-kind", "users.users.a.uid"]]],
    ["a number twice", { a: { uid: 600 }, b: { uid: 600 } }, [["number-clash", "users.users.b.uid"]]],
    ["a home in /usr", { a: { isNormalUser: true, home: "/usr/a" } }, [["bad-home", "users.users.a.home"]]],
    ["a home with dots", { a: { createHome: true, home: "/srv/../a" } }, [["bad-home", "users.users.a.home"]]],
    ["a home that is not made", { a: { home: "/run/a" } }, []],
  ])("%s", (_, all, expected) => {
    expect(problems(users(all))).toEqual(expected);
  });
  test("a number that the lock has given to another", () => {
    const locked = { ...lock, accounts: { users: { a: 500 }, groups: { a: 500, b: 501 } } };
    const all = users({ a: { isSystemUser: true }, b: { isSystemUser: true, uid: 500 } });
    expect(problems(all, undefined, locked)).toEqual([["number-clash", "users.users.b.uid"]]);
  });
  test("/etc/passwd declared whole beside it", () => {
    const system = { ...users({ root: {} }), environment: { etc: { passwd: { text: "" } } } };
    expect(problems(system)).toEqual([["path-clash", "environment.etc.passwd"]]);
  });
  test("without numbers in the lock it is said that it must be completed, and what else is wrong with it", () => {
    expect(problems(users({ app: { isSystemUser: true } }))).toEqual([["not-locked", "users"]]);
    expect(problems(users({ app: { isSystemUser: true, openssh: { authorizedKeys: { keys: ["x"] } } } }))).toEqual([
      ["not-locked", "users"],
      ["bad-key", "users.users.app.openssh.authorizedKeys.keys"],
    ]);
  });
  test.each([
    [{ uid: 65534 }, "uid"],
    [{ shell: "bash" }, "shell"],
    [{ home: "/a:b" }, "home"],
    [{ description: "a:b" }, "description"],
    [{ description: "a\nb" }, "description"],
    [{ hashedPassword: "hunter2" }, "hashedPassword"],
    [{ hashedPassword: "$y$a:b" }, "hashedPassword"],
  ])("%j is no value", (user, option) => {
    const { issues } = evaluated({ web: users({ app: user }) });
    expect(issues.map((issue) => issue.option?.slice(3).join("."))).toEqual([`users.users.app.${option}`]);
    expect(JSON.stringify(issues)).not.toContain("hunter2");
  });
});

describe("authorized keys", () => {
  const bytes = (type: string) => {
    const name = Buffer.from(type);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(name.length);
    return Buffer.concat([length, name, Buffer.alloc(36, 7)]).toString("base64");
  };
  const key = (type = "ssh-ed25519") => `${type} ${bytes(type)} alice@laptop`;
  const withKeys = (keys: readonly string[], keyFiles: readonly string[] = []) =>
    users({ root: { openssh: { authorizedKeys: { keys, keyFiles } } } });
  const file = (content: string): Sources => new Map([["alice.pub", { content, encoding: "utf8", executable: false }]]);

  test("stand in a copy that is root's, those of files after them", () => {
    const options = `from="10.0.0.0/8",command="echo \\"a b\\"" ${key("ssh-rsa")}`;
    const top = toplevel(
      withKeys([key(), options], ["alice.pub"]),
      lock,
      file(`# mine\n\n${key("ecdsa-sha2-nistp256")}\n`),
    );
    expect(top.etc["ssh/authorized_keys.d/root"]).toEqual({
      text: `${key()}\n${options}\n${key("ecdsa-sha2-nistp256")}\n`,
      mode: "0444",
      user: "root",
      group: "root",
    });
    expect(sourcesOf(evaluated({ web: withKeys([], ["alice.pub"]) }).config)).toEqual([
      {
        path: "alice.pub",
        option: ["containers", "web", "config", "users", "users", "root", "openssh", "authorizedKeys", "keyFiles"],
      },
    ]);
  });
  test.each([
    [""],
    ["AAAA"],
    ["ssh-ed25519"],
    ["ssh-ed25519 not!base64"],
    [`ssh-rsa ${bytes("ssh-ed25519")}`],
    [key().slice(0, 30)],
    ["-----BEGIN OPENSSH PRIVATE KEY-----"],
    [`${key()}\u0007`],
  ])("%j is none", (line) => {
    expect(problems(withKeys([key(), line]))).toEqual([["bad-key", "users.users.root.openssh.authorizedKeys.keys"]]);
  });
  test("a file that is none, and one that is not there", () => {
    const option = "users.users.root.openssh.authorizedKeys.keyFiles";
    expect(problems(withKeys([], ["alice.pub"]), file("hello\n"))).toEqual([["bad-key", option]]);
    const gone: Sources = new Map([["alice.pub", { problem: { code: "unreadable-source", message: "gone" } }]]);
    expect(problems(withKeys([], ["alice.pub"]), gone)).toEqual([["unreadable-source", option]]);
  });
});

/**
 * Declared accounts against those that the packages bring: the files of accounts that a fresh root begins with, and the
 * list by which `activate` brings an existing root there. Both say the same; a test compares them. Pure.
 * Facts: passwd(5), shadow(5), group(5), gshadow(5).
 */
import { type Problem, StowageError } from "../error.ts";
import { unfitHome } from "./account-homes.ts";
import { Lines } from "./account-lines.ts";
import type { DeclaredAccounts, DeclaredUser } from "./recipe.ts";

export const accountFiles = ["passwd", "group", "shadow", "gshadow"] as const;
/** Text of each. */
export type AccountFiles = Readonly<Record<(typeof accountFiles)[number], string>>;

/** What a container is to have, with all numbers. Sorted by name. */
export interface ResolvedAccounts {
  readonly users: readonly ResolvedUser[];
  /** Those that no package brings. */
  readonly groups: readonly { readonly name: string; readonly gid: number }[];
  readonly members: readonly { readonly group: string; readonly user: string }[];
}

export interface ResolvedUser {
  readonly name: string;
  /** The seven fields of its line in passwd. */
  readonly fields: readonly string[];
  /** Name of its primary group; null: no group has the number that its packages say. */
  readonly group: string | null;
  /** Its line as the packages have it; null: they have none. */
  readonly packaged: string | null;
  /** Name of the primary group there. */
  readonly packagedGroup: string | null;
  readonly hashedPassword: string | null;
  /** Without leading zeros; null: its home is not made. */
  readonly homeMode: string | null;
}

/** @throws StowageError with every account that does not go together with those of the packages */
export function resolveAccounts(container: string, declared: DeclaredAccounts, seed: AccountFiles): ResolvedAccounts {
  const resolver = new Resolver(container, declared, seed);
  const resolved = resolver.resolve();
  if (resolver.problems.length > 0) throw new StowageError(resolver.problems);
  return resolved;
}

class Resolver {
  readonly problems: Problem[] = [];
  readonly #declared: DeclaredAccounts;
  readonly #users: Lines;
  readonly #groups: Lines;
  readonly #option: readonly string[];

  constructor(container: string, declared: DeclaredAccounts, seed: AccountFiles) {
    this.#declared = declared;
    this.#users = new Lines(seed.passwd);
    this.#groups = new Lines(seed.group);
    this.#option = ["containers", container, "config", "users"];
  }

  resolve(): ResolvedAccounts {
    const groups = byName(this.#declared.groups).flatMap(([name, { gid, pinned }]) => {
      this.#checkNumber("group", name, pinned ? gid : null, gid);
      return this.#groups.number(name) === null ? [{ name, gid }] : [];
    });
    const users = byName(this.#declared.users).flatMap(([name, user]) => this.#user(name, user) ?? []);
    return { users, groups, members: this.#members() };
  }

  #user(name: string, user: DeclaredUser): ResolvedUser | null {
    const packaged = this.#users.line(name);
    if (packaged === null && (user.kind === "packaged" || user.uid === null)) {
      this.#problem("users", name, {
        code: "no-such-account",
        message: `no package of the container brings an account ${name}`,
        hint: "make it one of the container's own with isSystemUser or isNormalUser",
      });
      return null;
    }
    this.#checkNumber("user", name, user.pinned ? user.uid : null, user.uid);
    const fields = passwdFields(name, user, packaged, (group) => this.#gid(name, group));
    const packagedGroup = packaged === null ? null : this.#groups.owner(Number(packaged.split(":")[3]));
    const group = user.group ?? packagedGroup ?? (packaged === null ? defaultGroup(name, user) : null);
    const homeMode = user.homeMode === null ? null : Number.parseInt(user.homeMode, 8).toString(8);
    if (homeMode !== null) this.#checkHome(name, fields[5] ?? "");
    return { name, fields, group, packaged, packagedGroup, hashedPassword: user.hashedPassword, homeMode };
  }

  /** That of an account of packages is what they say: an image that somebody else made may say anything. */
  #checkHome(name: string, home: string): void {
    const why = unfitHome(home);
    if (why === null) return;
    this.#problem("users", name, {
      code: "bad-home",
      message: `the home of user ${name} cannot be made at ${JSON.stringify(home)}: ${why}`,
      hint: "set its createHome to false, or another home",
    });
  }

  #gid(user: string, group: string): number {
    const gid = this.#groups.number(group) ?? this.#declared.groups[group]?.gid;
    if (gid === undefined) this.#unknownGroup(user, group);
    return gid ?? 0;
  }

  #unknownGroup(user: string, group: string): void {
    this.#problem("users", user, {
      code: "no-such-group",
      message: `group ${group} of user ${user} is neither declared nor brought by a package`,
      hint: `declare it: users.groups.${group} = {}`,
    });
  }

  #members(): { group: string; user: string }[] {
    const pairs = new Map<string, { group: string; user: string }>();
    const add = (group: string, user: string) => pairs.set(`${group}:${user}`, { group, user });
    for (const [name, { extraGroups }] of byName(this.#declared.users)) {
      for (const group of extraGroups) {
        if (this.#groups.line(group) === null && this.#declared.groups[group] === undefined)
          this.#unknownGroup(name, group);
        add(group, name);
      }
    }
    for (const [group, { members }] of byName(this.#declared.groups)) {
      for (const user of members) {
        if (this.#users.line(user) === null && this.#declared.users[user] === undefined) {
          this.#problem("groups", group, {
            code: "no-such-account",
            message: `member ${user} of group ${group} is neither declared nor brought by a package`,
          });
        }
        add(group, user);
      }
    }
    return [...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair);
  }

  /** @param said by the configuration itself */
  #checkNumber(kind: "user" | "group", name: string, said: number | null, number: number | null): void {
    const lines = kind === "user" ? this.#users : this.#groups;
    const key = kind === "user" ? "uid" : "gid";
    const brought = lines.number(name);
    const owner = number === null ? null : lines.owner(number);
    if (brought !== null) {
      if (said === null || said === brought) return;
      this.#problem(`${kind}s`, name, {
        code: "other-number",
        message: `${kind} ${name} comes with a package, with number ${brought} and not ${said}`,
        hint: `remove its ${key}`,
      });
    } else if (owner !== null) {
      this.#problem(`${kind}s`, name, {
        code: "number-clash",
        message: `number ${number} of ${kind} ${name} is that of ${owner}, which comes with a package`,
        hint: `say another ${key}`,
      });
    }
  }

  #problem(part: "users" | "groups", name: string, problem: Problem): void {
    this.problems.push({ ...problem, option: [...this.#option, part, name] });
  }
}

const defaultGroup = (name: string, { kind }: DeclaredUser): string => (kind === "normal" ? "users" : name);

function passwdFields(
  name: string,
  user: DeclaredUser,
  packaged: string | null,
  gid: (group: string) => number,
): string[] {
  const normal = user.kind === "normal";
  const fresh = [
    "",
    "",
    "",
    "",
    "",
    normal ? `/home/${name}` : "/nonexistent",
    normal ? "/bin/bash" : "/usr/sbin/nologin",
  ];
  const base = packaged?.split(":") ?? fresh;
  const group = user.group ?? (packaged === null ? defaultGroup(name, user) : null);
  return [
    name,
    "x",
    packaged === null ? String(user.uid) : (base[2] as string),
    group === null ? (base[3] as string) : String(gid(group)),
    user.description ?? (base[4] as string),
    user.home ?? (base[5] as string),
    user.shell ?? (base[6] as string),
  ];
}

/**
 * `accounts.list` of a toplevel. Records, by their first field:
 *
 * - `passwd:<line>`: an account, `primary:<name>:<group>`: its group by name; of one that packages bring, where the
 *   numbers that it has in a container count, `was:<line>` and `wasgroup:<name>:<group>`: as they have it, to which it returns;
 * - `password:<name>:<hash>`; `home:<mode>:<name>:<path>`: a home that is made;
 * - `group:<name>:x:<gid>:`: a group that no package brings; `member:<group>:<user>`.
 */
export function accountsList({ users, groups, members }: ResolvedAccounts): string {
  const ofUser = ({ name, fields, group, packaged, packagedGroup, hashedPassword, homeMode }: ResolvedUser) => [
    ["passwd", ...fields],
    ...(group === null ? [] : [["primary", name, group]]),
    ...(packaged === null ? [] : [["was", packaged]]),
    ...(packagedGroup === null ? [] : [["wasgroup", name, packagedGroup]]),
    ...(hashedPassword === null ? [] : [["password", name, hashedPassword]]),
    ...(homeMode === null ? [] : [["home", homeMode, name, fields[5] as string]]),
  ];
  const records = [
    ...users.flatMap(ofUser),
    ...groups.map(({ name, gid }) => ["group", name, "x", String(gid), ""]),
    ...members.map(({ group, user }) => ["member", group, user]),
  ];
  return records.map((record) => `${record.join(":")}\n`).join("");
}

/** The files of the packages with what is declared, as a fresh root has them. */
export function freshAccounts({ users, groups, members }: ResolvedAccounts, seed: AccountFiles): AccountFiles {
  const passwords = users.map(({ name, hashedPassword }) => [name, hashedPassword] as const);
  const join = (file: string, at: number) =>
    edited(
      file,
      at,
      members.map(({ group, user }) => [group, (list) => addWord(list, user)] as const),
    );
  return {
    passwd: added(
      replaced(seed.passwd, users),
      users.map(({ fields }) => fields.join(":")),
    ),
    shadow: edited(
      // No password, and not locked: a lock would refuse logins by key, too.
      added(
        seed.shadow,
        users.map(({ name }) => `${name}:*:::::::`),
      ),
      1,
      passwords.map(([name, hash]) => [name, (former) => hash ?? former] as const),
    ),
    group: join(
      added(
        seed.group,
        groups.map(({ name, gid }) => `${name}:x:${gid}:`),
      ),
      3,
    ),
    gshadow: join(
      added(
        seed.gshadow,
        groups.map(({ name }) => `${name}:!::`),
      ),
      3,
    ),
  };
}

const nameOf = (line: string): string => line.slice(0, line.indexOf(":"));
const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

function replaced(text: string, users: readonly ResolvedUser[]): string {
  const wanted = new Map(users.map(({ name, fields }) => [name, fields.join(":")]));
  return textOf(linesOf(text).map((line) => wanted.get(nameOf(line)) ?? line));
}

/** With those lines whose name has none yet. */
function added(text: string, lines: readonly string[]): string {
  const there = linesOf(text);
  const names = new Set(there.map(nameOf));
  return textOf([...there, ...lines.filter((line) => !names.has(nameOf(line)))]);
}

type Edit = readonly [name: string, change: (field: string) => string];

function edited(text: string, at: number, edits: readonly Edit[]): string {
  const lines = linesOf(text).map((line) => {
    const fields = line.split(":");
    for (const [name, change] of edits) if (name === fields[0]) fields[at] = change(fields[at] ?? "");
    return fields.join(":");
  });
  return textOf(lines);
}

function addWord(list: string, word: string): string {
  const words = list.split(",").filter((one) => one !== "");
  return (words.includes(word) ? words : [...words, word]).join(",");
}

const byName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

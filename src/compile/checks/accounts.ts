/** What can be said of `users` without knowing the packages. */
import type { SystemConfig } from "../../options/index.ts";
import { unfitHome } from "../../systems/account-homes.ts";
import type { DeclaredAccounts } from "../../systems/recipe.ts";
import type { UserConfig } from "../accounts.ts";
import { type Problems, showOption } from "../problems.ts";

/** useradd(8), and what passwd(5) takes without a second thought. */
const nameForm = /^(?!__)[a-z_][a-z0-9_-]{0,30}$/;

/** False when it added problems. @param declared the users that are enabled */
export function checkAccounts(
  at: readonly string[],
  system: SystemConfig,
  declared: readonly [string, UserConfig][],
  problems: Problems,
): boolean {
  const check = new Check(at, problems);
  for (const [name, user] of declared) check.user(name, user);
  for (const name of Object.keys(system.users.groups)) check.name("groups", name);
  check.said(
    "users",
    declared.map(([name, { uid }]) => [name, uid]),
  );
  check.said(
    "groups",
    Object.entries(system.users.groups).map(([name, { gid }]) => [name, gid]),
  );
  for (const path of ["passwd", "group", "shadow", "gshadow"]) {
    if (system.environment.etc[path]?.enable) check.ownFile(path);
  }
  return check.fine;
}

/** Whether each number is one name's: those that the lock has, too. False when it added problems. */
export function checkSharedNumbers(at: readonly string[], accounts: DeclaredAccounts, problems: Problems): boolean {
  const check = new Check(at, problems);
  check.said(
    "users",
    Object.entries(accounts.users).map(([name, { uid }]) => [name, uid]),
  );
  check.said(
    "groups",
    Object.entries(accounts.groups).map(([name, { gid }]) => [name, gid]),
  );
  return check.fine;
}

class Check {
  fine = true;
  readonly #at: readonly string[];
  readonly #problems: Problems;

  constructor(at: readonly string[], problems: Problems) {
    this.#at = [...at, "users"];
    this.#problems = problems;
  }

  #add(code: string, message: string, hint: string, ...options: readonly (readonly string[])[]): void {
    this.fine = false;
    this.#problems.add({ code, message, hint }, ...options.map((option) => [...this.#at, ...option]));
  }

  name(kind: "users" | "groups", name: string): void {
    if (nameForm.test(name)) return;
    const what = kind === "users" ? "user" : "group";
    const hint = "begin with a small letter; then small letters, digits, _ and -, at most 31";
    this.#add("bad-account-name", `${JSON.stringify(name)} cannot be the name of a ${what}`, hint, [kind, name]);
  }

  user(name: string, user: UserConfig): void {
    this.name("users", name);
    const option = ["users", name];
    if (user.isNormalUser && user.isSystemUser) {
      const message = `user ${name} is declared as both a normal and a system user`;
      this.#add(
        "two-kinds",
        message,
        "remove isNormalUser or isSystemUser",
        [...option, "isNormalUser"],
        [...option, "isSystemUser"],
      );
    }
    if (!user.isNormalUser && !user.isSystemUser && user.uid !== null && user.uid >= 1000) {
      const message = `user ${name} has a uid, but is neither a normal nor a system user`;
      this.#add("no-kind", message, "set isNormalUser or isSystemUser", [...option, "uid"]);
    }
    const home = user.home ?? `/home/${name}`;
    const why = user.createHome === false ? null : unfitHome(home);
    if (why !== null && (user.createHome || user.isNormalUser)) {
      const message = `the home of user ${name} cannot be made at ${JSON.stringify(home)}: ${why}`;
      this.#add(
        "bad-home",
        message,
        `set ${showOption([...this.#at, ...option, "createHome"])} to false, or another home`,
        [...option, "home"],
      );
    }
  }

  /** No two names with one number, as far as it is said. */
  said(kind: "users" | "groups", numbers: readonly (readonly [string, number | null])[]): void {
    const owners = new Map<number, string>();
    for (const [name, number] of numbers) {
      if (number === null) continue;
      const owner = owners.get(number);
      owners.set(number, owner ?? name);
      if (owner === undefined) continue;
      const key = kind === "users" ? "uid" : "gid";
      const message = `${kind} ${owner} and ${name} would both have the number ${number}`;
      this.#add(
        "number-clash",
        message,
        `say another ${key} for one of them, or none`,
        [kind, name, key],
        [kind, owner, key],
      );
    }
  }

  ownFile(path: string): void {
    const message = `/etc/${path} is declared whole, and accounts beside it`;
    this.fine = false;
    this.#problems.add(
      { code: "path-clash", message, hint: "declare accounts by users.users and users.groups alone" },
      [...this.#at.slice(0, -1), "environment", "etc", path],
    );
  }
}

/** `users` of containers: what their toplevels have of them, and which names need a number of the lock. */
import type { HostConfig, SystemConfig } from "../options/index.ts";
import {
  type AccountRequest,
  type LockedAccounts,
  numberOf,
  type RequestedNumber,
} from "../systems/account-numbers.ts";
import type { DeclaredAccounts, DeclaredGroup, DeclaredUser } from "../systems/recipe.ts";
import { checkAccounts, checkSharedNumbers } from "./checks/accounts.ts";
import type { Problems } from "./problems.ts";
import { enabled } from "./requests.ts";

export type UserConfig = SystemConfig["users"]["users"][string];
type UserKind = DeclaredUser["kind"];

/** One for all containers: the same name has the same number in each. */
export function accountsAsked(config: HostConfig): AccountRequest {
  const users: RequestedNumber[] = [];
  const groups: RequestedNumber[] = [];
  for (const { config: system } of Object.values(enabled(config).containers)) {
    if (system === null) continue;
    const declared = enabledUsers(system);
    for (const [name, user] of declared) {
      const kind = kindOf(user);
      if (kind !== "packaged") users.push({ name, band: kind, number: user.uid });
    }
    const normal = new Set(declared.flatMap(([name, user]) => (kindOf(user) === "normal" ? [name] : [])));
    for (const [name, { gid }] of Object.entries(declaredGroups(system))) {
      groups.push({ name, band: normal.has(name) ? "normal" : "system", number: gid });
    }
  }
  return { users, groups };
}

/**
 * @param at the option that `system` is
 * @returns null when it added problems: `not-locked` where the lock lacks a number
 */
export function innerAccounts(
  at: readonly string[],
  system: SystemConfig,
  locked: LockedAccounts,
  problems: Problems,
): DeclaredAccounts | null {
  const declared = enabledUsers(system);
  const groupNames = declaredGroups(system);
  if (declared.length === 0 && Object.keys(groupNames).length === 0) return { users: {}, groups: {} };
  if (!checkAccounts(at, system, declared, problems)) return null;
  const missing: string[] = [];
  const number = (kind: "users" | "groups", name: string, said: number | null): number => {
    const found = said ?? numberOf(locked[kind], name);
    if (found === null) missing.push(name);
    return found ?? 0;
  };
  const users = mapSorted(declared, (name, user) =>
    declaredUser(user, kindOf(user) === "packaged" ? null : number("users", name, user.uid)),
  );
  const groups = mapSorted(Object.entries(groupNames), (name, { gid, members }) =>
    declaredGroup(number("groups", name, gid), gid !== null, withoutDisabled(system, members)),
  );
  if (missing.length > 0) {
    problems.add(
      {
        code: "not-locked",
        message: `stowage.lock has no number for ${[...new Set(missing)].join(", ")}`,
        hint: "run `stowage build`",
      },
      [...at, "users"],
    );
    return null;
  }
  return checkSharedNumbers(at, { users, groups }, problems) ? { users, groups } : null;
}

/** As in NixOS a number below 1000 makes a system user. */
export function kindOf({ isNormalUser, isSystemUser, uid }: UserConfig): UserKind {
  if (isNormalUser) return "normal";
  return isSystemUser || (uid !== null && uid < 1000) ? "system" : "packaged";
}

const enabledUsers = (system: SystemConfig): [string, UserConfig][] =>
  Object.entries(system.users.users).filter(([, user]) => user.enable);

/** With the groups of system users that name none. */
function declaredGroups(system: SystemConfig): SystemConfig["users"]["groups"] {
  const own = enabledUsers(system).filter(([, user]) => kindOf(user) === "system" && user.group === null);
  return {
    ...Object.fromEntries(own.map(([name]) => [name, { gid: null, members: [] }])),
    ...system.users.groups,
  };
}

const withoutDisabled = (system: SystemConfig, members: readonly string[]): string[] =>
  members.filter((name) => system.users.users[name]?.enable !== false);

function declaredUser(user: UserConfig, uid: number | null): DeclaredUser {
  const kind = kindOf(user);
  const makesHome = user.createHome ?? kind === "normal";
  return {
    kind,
    uid,
    pinned: user.uid !== null,
    group: user.group,
    extraGroups: names(user.extraGroups),
    description: user.description,
    home: user.home,
    homeMode: makesHome ? user.homeMode : null,
    shell: user.shell,
    hashedPassword: user.hashedPassword,
  };
}

const declaredGroup = (gid: number, pinned: boolean, members: readonly string[]): DeclaredGroup => ({
  gid,
  pinned,
  members: names(members),
});

const names = (list: readonly string[]): string[] => [...new Set(list)].sort();

function mapSorted<T, R>(entries: readonly [string, T][], make: (name: string, value: T) => R): Record<string, R> {
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, value]) => [name, make(name, value)]));
}

/**
 * Numbers of declared accounts: one map for all containers of a host, in stowage.lock. A name keeps its number for ever,
 * also when nobody declares it any more, and the number never becomes another name's: files belong to numbers. Pure.
 */
import { StowageError } from "../error.ts";

/** Number by name. */
export type Numbers = Readonly<Record<string, number>>;

export interface LockedAccounts {
  readonly users: Numbers;
  readonly groups: Numbers;
}

export const noAccounts: LockedAccounts = { users: {}, groups: {} };

/** What a configuration asks of the map. */
export interface AccountRequest {
  readonly users: readonly RequestedNumber[];
  readonly groups: readonly RequestedNumber[];
}

export interface RequestedNumber {
  readonly name: string;
  readonly band: Band;
  /**
   * Said by the configuration: taken down as it is, where the name has none and nobody else has it. Outside of our bands
   * it is the configuration's business: a mistake there must not stay in the map for ever.
   */
  readonly number: number | null;
}

export type Band = "system" | "normal";

/**
 * Both ends are taken. Between those that other programs take for themselves: Debian's adduser goes from 100 upwards for
 * system accounts, systemd-sysusers and useradd from 999 downwards, and for people both from 1000 upwards; systemd has
 * 60001 and above for itself.
 */
export const bands: Readonly<Record<Band, readonly [first: number, last: number]>> = {
  system: [500, 899],
  normal: [2000, 59999],
};

export const noRequest: AccountRequest = { users: [], groups: [] };

/** Whether every name has a number. */
export function hasNumbers(accounts: LockedAccounts, request: AccountRequest): boolean {
  return kinds.every((kind) => request[kind].every((one) => isForeign(one) || Object.hasOwn(accounts[kind], one.name)));
}

const isForeign = ({ number }: RequestedNumber): boolean =>
  number !== null && !Object.values(bands).some(([first, last]) => number >= first && number <= last);

const kinds = ["users", "groups"] as const;

/**
 * The map with a number for every name that is asked for. What it has stays as it is.
 * @throws StowageError `no-number-left`
 */
export function withNumbers(accounts: LockedAccounts, request: AccountRequest): LockedAccounts {
  if (hasNumbers(accounts, request)) return accounts;
  const users = allot(accounts.users, request.users, () => null);
  // A group that has the name of a user gets its number, as people expect, where that is free.
  const groups = allot(accounts.groups, request.groups, (name) => numberOf(users, name));
  return { users, groups };
}

/** null: it has none. */
export const numberOf = (numbers: Numbers, name: string): number | null =>
  Object.hasOwn(numbers, name) ? (numbers[name] as number) : null;

function allot(known: Numbers, requests: readonly RequestedNumber[], wish: (name: string) => number | null): Numbers {
  const numbers: Record<string, number> = { ...known };
  const taken = new Set(Object.values(known));
  const give = (name: string, number: number) => {
    numbers[name] = number;
    taken.add(number);
  };
  // Sorted, so that the same names get the same numbers whatever the order of containers and modules.
  const missing = requests
    .filter((one) => !isForeign(one) && !Object.hasOwn(known, one.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, number } of missing) {
    if (number !== null && !taken.has(number) && !Object.hasOwn(numbers, name)) give(name, number);
  }
  // Said by somebody, if not for this map: not to be given to a name that says nothing.
  for (const { number } of requests) if (number !== null) taken.add(number);
  for (const { name, band } of missing) {
    if (Object.hasOwn(numbers, name)) continue;
    const wanted = wish(name);
    give(name, wanted !== null && !taken.has(wanted) ? wanted : firstFree(band, taken));
  }
  return Object.fromEntries(Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function firstFree(band: Band, taken: ReadonlySet<number>): number {
  const [first, last] = bands[band];
  for (let number = first; number <= last; number++) if (!taken.has(number)) return number;
  throw new StowageError({
    code: "no-number-left",
    message: `all numbers from ${first} to ${last} have been given to accounts`,
    details: ["a name keeps its number when it is not declared any more"],
    hint: "say a uid or gid, or take names out of `accounts` in stowage.lock that no container has files of",
  });
}

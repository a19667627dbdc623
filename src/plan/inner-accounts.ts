/** Which accounts come, change and go when a container takes over another toplevel: for people, who are told beforehand. */
import type { ToplevelRecipe } from "../systems/recipe.ts";

export interface AccountChange {
  readonly verb: "add" | "change" | "remove";
  /** `user app`, `group web`. */
  readonly account: string;
  readonly because: string;
}

export function accountChanges(former: ToplevelRecipe, next: ToplevelRecipe): AccountChange[] {
  const of = (kind: "users" | "groups", word: string) =>
    changesOf(word, tableOf(former, kind), tableOf(next, kind), kind === "users" ? isPackaged : () => false);
  return [...of("users", "user"), ...of("groups", "group")];
}

type Table = Readonly<Record<string, object>>;

/** A generation that an older version wrote has none. */
const tableOf = ({ accounts }: Partial<ToplevelRecipe>, kind: "users" | "groups"): Table => accounts?.[kind] ?? {};

/** It is there whether it is declared or not. */
const isPackaged = (user: object): boolean => "kind" in user && user.kind === "packaged";

function changesOf(word: string, before: Table, after: Table, stays: (account: object) => boolean): AccountChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name): AccountChange[] => {
    const [old, now] = [before[name], after[name]];
    const account = `${word} ${name}`;
    if (JSON.stringify(old) === JSON.stringify(now)) return [];
    if (old === undefined && now !== undefined && !stays(now)) return [{ verb: "add", account, because: "new" }];
    if (now === undefined && old !== undefined && !stays(old))
      return [{ verb: "remove", account, because: "no longer declared; its files stay" }];
    return [{ verb: "change", account, because: "declared differently" }];
  });
}

/** How what is declared inside a container differs: from the recipes alone. */
import type { DeclaredAccounts, EtcFile, Recipe, StoreName, ToplevelRecipe } from "../../systems/recipe.ts";
import {
  type AccountDifference,
  both,
  changeOf,
  type FileDifference,
  type InsideDifference,
  isSameValue,
  valueDifferences,
} from "./difference.ts";
import { textDifferences } from "./units.ts";

/** Not those that are looked at by themselves. */
const lookedAt = "kind name packages etc etcLinks units unitLinks bin accounts children version".split(" ");

/** @param before null: none that is made by us */
export function insideDifference(before: ToplevelRecipe | null, after: ToplevelRecipe | null): InsideDifference {
  const [from, to] = [partsOf(before), partsOf(after)];
  return {
    units: textDifferences(from.units, to.units),
    links: valueDifferences(from.links, to.links),
    files: [...etcDifferences(from.etc, to.etc), ...scriptDifferences(from.bin, to.bin)],
    accounts: accountDifferences(from.accounts, to.accounts),
    systems: both(from.children, to.children).flatMap(([name, old, now]) =>
      old === now ? [] : [{ name, change: changeOf(old, now) }],
    ),
    others: before === null || after === null ? [] : othersOf(before, after),
  };
}

interface InsideParts extends Pick<ToplevelRecipe, "etc" | "units" | "bin" | "accounts"> {
  /** Targets by absolute path. */
  readonly links: Readonly<Record<string, string>>;
  readonly children: Readonly<Record<string, StoreName>>;
}

const noAccounts: DeclaredAccounts = { users: {}, groups: {} };

/** A generation that an older version wrote may lack some. */
function partsOf(recipe: Partial<ToplevelRecipe> | null): InsideParts {
  const { etc = {}, units = {}, bin = {}, accounts = noAccounts, etcLinks = {}, unitLinks = {} } = recipe ?? {};
  const below = (directory: string, links: Readonly<Record<string, string>>) =>
    Object.entries(links).map(([path, target]) => [`${directory}/${path}`, target] as const);
  const children = (recipe?.children ?? []).map(({ name, toplevel }, index) => [
    name === null ? `fine-tune/child-${index + 1}` : `specialisation/${name}`,
    toplevel,
  ]);
  return {
    etc,
    units,
    bin,
    accounts,
    links: Object.fromEntries([...below("/etc", etcLinks), ...below("/etc/systemd/system", unitLinks)]),
    children: Object.fromEntries(children) as Record<string, StoreName>,
  };
}

function etcDifferences(
  before: Readonly<Record<string, EtcFile>>,
  after: Readonly<Record<string, EtcFile>>,
): FileDifference[] {
  return both(before, after).flatMap(([path, from, to]) => {
    if (isSameValue(from, to)) return [];
    const what = from === undefined || to === undefined ? [] : valueDifferences({ ...from }, { ...to });
    const isShown = [from, to].every((file) => file === undefined || isReadable(file));
    const texts = { from: from?.text ?? null, to: to?.text ?? null };
    return [
      {
        path: `/etc/${path}`,
        change: changeOf(from, to),
        what: what.map(({ name }) => name),
        ...(isShown && texts.from !== texts.to && { texts }),
      },
    ];
  });
}

/** By everybody inside, and as text. What is for some alone may be a secret. */
const isReadable = ({ mode, encoding }: EtcFile): boolean =>
  encoding === undefined && (mode === "symlink" || (Number.parseInt(mode, 8) & 0o004) !== 0);

const scriptDifferences = (
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): FileDifference[] =>
  both(before, after).flatMap(([name, from, to]) =>
    from === to
      ? []
      : [
          {
            path: `/run/declared/current/bin/${name}`,
            change: changeOf(from, to),
            what: from === undefined || to === undefined ? [] : ["text"],
            texts: { from: from ?? null, to: to ?? null },
          },
        ],
  );

function accountDifferences(before: DeclaredAccounts, after: DeclaredAccounts): AccountDifference[] {
  const of = (word: string, from: Readonly<Record<string, object>>, to: Readonly<Record<string, object>>) =>
    both(from, to).flatMap(([name, old, now]): AccountDifference[] => {
      if (isSameValue(old, now)) return [];
      const fields = old === undefined || now === undefined ? [] : valueDifferences({ ...old }, { ...now });
      return [{ account: `${word} ${name}`, change: changeOf(old, now), fields: fields.map(withoutSecret) }];
    });
  return [...of("user", before.users, after.users), ...of("group", before.groups, after.groups)];
}

const withoutSecret = <T extends { readonly name: string }>(field: T): T =>
  /password/i.test(field.name) ? { ...field, from: null, to: null } : field;

function othersOf(before: ToplevelRecipe, after: ToplevelRecipe): string[] {
  return valueDifferences({ ...before }, { ...after })
    .map(({ name }) => name)
    .filter((name) => !lookedAt.includes(name));
}

/** Of a name in the store, where it is one. */
export const toplevelOf = (
  systems: Readonly<Record<StoreName, Recipe>>,
  name: StoreName | null,
): ToplevelRecipe | null => {
  const recipe = name === null ? undefined : systems[name];
  return recipe?.kind === "toplevel" ? recipe : null;
};

/** What is neither a container's nor made for all of them: objects of OCI containers, whatever older versions made. */
import type { Layout } from "../../store/layout.ts";
import { render, type Unit } from "../../units/index.ts";
import type { Parts } from "../piece.ts";
import { type Brought, startedUnits } from "./brought.ts";
import type { Owned } from "./owned.ts";
import { type Shared, unmarked } from "./shared.ts";

/** What is there for those that need it alone: the network of containers that name none, what podman has for a user. */
const isForContainers = (unit: string): boolean =>
  /^stowage-(?:(?:podman|docker)-network@stowage|podman-user@.+)\.service$/.test(unit);

/**
 * @param others of the present generation
 * @param owned all containers that there will be
 * @returns nothing where there is nothing
 */
export function othersPiece(
  layout: Layout,
  others: Shared,
  brought: readonly Brought[],
  owned: readonly Owned[],
): Parts[] {
  const lasting = others.units.filter(({ name }) => !isForContainers(name));
  const needed = new Set([...owned.flatMap(({ units }) => units), ...lasting].flatMap(startedUnits));
  const kept = others.units.filter(({ name }) => !isForContainers(name) || needed.has(name));
  const units = distinct([...kept, ...brought.flatMap((one) => one.units)], ({ name }) => name);
  const isPruned = kept.length < others.units.length;
  const texts = isPruned ? units.map(render).join("\n") : "";
  // What was for them alone goes with them.
  const stays = ([path]: readonly [string, string]) =>
    !isPruned || !path.startsWith(`${layout.etc}/oci/`) || texts.includes(path);
  const broughtFiles = brought.flatMap(({ files }) =>
    files.map(([path, { text }]) => [path, unmarked(path, text)] as const),
  );
  const files = distinct([...others.files.filter(stays), ...broughtFiles], ([path]) => path);
  if (units.length + files.length + Object.keys(others.unitLinks).length === 0) return [];
  return [{ units: units.sort(byRank), unitLinks: others.unitLinks, files }];
}

/** As `compile` has them. */
const byRank = (a: Unit, b: Unit): number => rank(a) - rank(b) || (a.name < b.name ? -1 : 1);
const rank = ({ name }: Unit): number =>
  ["network", "volume", "pod"].indexOf(/^stowage-(?:podman|docker)-([a-z]+)@/.exec(name)?.[1] ?? "");

/** The first of each. */
const distinct = <T>(all: readonly T[], key: (one: T) => string): T[] =>
  [...new Map([...all].reverse().map((one) => [key(one), one])).values()].reverse();

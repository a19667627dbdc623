/** Names and addresses that are nobody's on this machine. */
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { readActive, readCurrent } from "../../apply/current.ts";
import type { Generation } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { hostRoutes } from "../../host/routes.ts";
import { containerDir, type Layout, madeFile } from "../../store/layout.ts";
import { type AddressPair, freeAddresses } from "./addresses.ts";

/** What the machine has, and what the next boot has: one, where that is the same. */
export function generationsOf(layout: Layout): Generation[] {
  return [...new Set([readActive(layout), readCurrent(layout)].flatMap((one) => one?.generation ?? []))];
}

/** @throws StowageError `container-exists`, `definition-left` */
export function requireFree(layout: Layout, name: string): void {
  const there = generationsOf(layout).find(({ containers }) => Object.hasOwn(containers, name));
  if (there !== undefined) throw exists(name, there.containers[name]?.made === true);
  const file = madeFile(layout, name);
  if (!existsSync(file)) return;
  throw new StowageError({
    code: "definition-left",
    message: `${file} is there, the definition of a container that is not`,
    details: ["it was edited, and so was kept when its container went"],
    hint: "look whether it is still needed, and move or remove it",
  });
}

function exists(name: string, made: boolean): StowageError {
  return new StowageError({
    code: "container-exists",
    message: `there is a container ${name} already`,
    hint: made
      ? `\`stowage update ${name}\` changes it, \`stowage destroy ${name}\` removes it`
      : "host.ts declares it: change it there, and run `stowage switch`",
  });
}

/** Not one either that something was left of: what a container has written is not for the next one that comes. */
export function isTaken(layout: Layout, name: string): boolean {
  const isKnown = generationsOf(layout).some(({ containers }) => Object.hasOwn(containers, name));
  return isKnown || existsSync(containerDir(layout, name)) || existsSync(madeFile(layout, name));
}

/** @throws StowageError `out-of-addresses` */
export function addressesHere(layout: Layout, pool: string | undefined): AddressPair {
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).flatMap(({ cidr }) => cidr ?? []));
  const taken = {
    texts: generationsOf(layout).map(({ files, containers }) => JSON.stringify([files, containers])),
    networks: [...own, ...hostRoutes().map(({ network }) => network)],
  };
  return freeAddresses(taken, pool);
}

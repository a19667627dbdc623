/**
 * The order: what a running container still has to do to have what is declared now. A file in its declared directory,
 * named by the invocation of its unit: it ends with the container, whatever ends that. While it is there the container
 * runs with something else than `current`, or some units inside are not as they should be.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFileAtomic } from "./files.ts";
import { isStoreName } from "./names.ts";

/** A line of the order; see `plan/inner.ts` for the meaning of the verbs. */
export interface OrderLine {
  readonly verb: string;
  readonly unit: string;
  readonly by?: readonly string[];
  readonly replaces?: true;
  readonly running?: string;
}

export interface Order {
  /** The toplevel that the container has taken over. */
  readonly from: string;
  readonly lines: readonly OrderLine[];
  /** Why it cannot be taken over in place, or null. */
  readonly refuse: string | null;
}

export const orderFile = (directory: string, invocation: string): string => `${directory}/order-${invocation}`;

export function orderText({ from, lines, refuse }: Order): string {
  const text = lines.flatMap(({ verb, unit, by = [], replaces, running }) => [
    ...(replaces ? [`exchange ${unit}`] : []),
    ...(running ? [`${running} ${unit}`] : []),
    [verb, unit, ...by].join(" "),
  ]);
  return [`from ${from}`, ...(refuse === null ? [] : [`refuse ${refuse}`]), ...text, ""].join("\n");
}

/** @param invocation 32 hex digits */
export function writeOrder(directory: string, invocation: string, order: Order): void {
  writeFileAtomic(orderFile(directory, invocation), orderText(order), 0o644);
}

/** Invocations that have an order; of all but the one that runs now they are over. */
export function ordersIn(directory: string): string[] {
  return entries(directory).flatMap((name) => /^order-([0-9a-f]{32})$/.exec(name)?.[1] ?? []);
}

/** The toplevel that an order begins with, or null where its first line is damaged. */
export function orderBegins(directory: string, invocation: string): string | null {
  const name = /^from (.+)$/m.exec(readFileSync(orderFile(directory, invocation), "utf8"))?.[1] ?? "";
  return isStoreName(name) ? name : null;
}

export function removeOrders(directory: string): void {
  for (const name of entries(directory)) if (name.startsWith("order-")) rmSync(`${directory}/${name}`, { force: true });
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * A generation in which one container is as another generation has it, and everything else as it is: what rolling back
 * one container makes. Where a configuration says the same it is the very generation that this is compiled to.
 */
import { StowageError } from "../../error.ts";
import type { Layout } from "../../store/layout.ts";
import type { Generation } from "../generation.ts";
import { combine } from "./combine.ts";
import { ownedBy } from "./owned.ts";

/**
 * @param now what the machine has
 * @param then has the container
 * @returns with {@link Generation.asIn}
 * @throws StowageError with everything that cannot be at once; `other-version` where one of the generations is not understood
 */
export function mixture(
  layout: Layout,
  now: Generation,
  then: { readonly number: number; readonly generation: Generation },
  name: string,
): Generation {
  const own = ownedBy(layout, then.generation, name);
  if (own === null) throw new Error(`no container ${name} in generation ${then.number}`);
  const { generation, conflicts } = combine(layout, { now, guests: [{ own, from: then.generation }] });
  if (conflicts.length > 0) {
    const hint = `\`stowage rollback ${then.number}\` brings back all of generation ${then.number}; or change host.ts, and switch`;
    throw new StowageError(
      conflicts.map(({ code, message, details = [] }) => ({
        code,
        message: `container ${name} cannot be as in generation ${then.number} with all else as it is: ${message}`,
        details,
        hint,
      })),
    );
  }
  const { [name]: _, ...asIn } = now.asIn ?? {};
  // Of a generation that has the container from another one, it is that one's.
  const origin = then.generation.asIn?.[name] ?? then.number;
  return withNotes(generation, { asIn: { ...asIn, [name]: origin } });
}

/** What is no part of its content. */
export type Notes = Pick<Generation, "asIn" | "byHand" | "declaredIn">;

export function withNotes(generation: Generation, notes: Notes): Generation {
  return Object.freeze({ ...generation, ...notes });
}

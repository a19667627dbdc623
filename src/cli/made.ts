/** Containers that were made by hand, beside those that host.ts, or a generation that is kept, declares. */
import { readActive } from "../apply/current.ts";
import { type Generation, graft, madeNames, type PlacesOf, withoutContainers } from "../compile/index.ts";
import type { Layout } from "../store/layout.ts";
import type { Session } from "./session.ts";

/**
 * A generation with what is made by hand on this machine. Those that it has itself make way: one that is gone by now, or
 * is another; but where host.ts declares one by now that was made by hand then, it is made by hand again.
 * @param generation what host.ts means, or one that is kept; a container that it declares is no longer made by hand
 * @param places where options of host.ts were defined
 * @returns `generation` itself where there is no difference
 * @throws StowageError with what of both cannot be at once
 */
export function withMade({ layout }: Pick<Session, "layout">, generation: Generation, places?: PlacesOf): Generation {
  const active = readActive(layout)?.generation ?? null;
  return active === null ? generation : withMadeOf(layout, generation, active, places);
}

function withMadeOf(layout: Layout, generation: Generation, active: Generation, places?: PlacesOf): Generation {
  const own = madeNames(generation);
  const there = madeNames(active);
  const isDeclared = ({ containers }: Generation, name: string) =>
    Object.hasOwn(containers, name) && containers[name]?.made !== true;
  const gone = own.filter((name) => !there.includes(name) && !isDeclared(active, name));
  const names = there.filter((name) => !isDeclared(generation, name));
  const made = graft(layout, withoutContainers(layout, generation, gone), active, names, places);
  return made.id === generation.id ? generation : made;
}

/** What a generation has without what was made by hand. */
export const declaredOf = (layout: Layout, generation: Generation): Generation =>
  withoutContainers(layout, generation, madeNames(generation));

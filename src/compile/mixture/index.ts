/** Generations with containers of other ones. Pure. */
export { graft, graftMade, type Made, madeNames, withoutContainer, withoutContainers } from "./graft.ts";
export { mixture, withNotes } from "./mixture.ts";
export { isSame, type Owned, ownedBy } from "./owned.ts";

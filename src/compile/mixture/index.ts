/** Generations with one container of another one. Pure. */
export { mixture } from "./mixture.ts";
export { isSame, type Owned, ownedBy } from "./owned.ts";

/** How two generations differ. Pure. */
export type { Difference } from "./difference.ts";
export { difference, isEqual } from "./generations.ts";
export { type RenderOptions, renderDifference } from "./render.ts";

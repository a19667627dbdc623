/** What the short way of evaluation (direct.ts) answers where it cannot go. */
export const unusual = Symbol("unusual");

declare const STOWAGE_VERSION: string | undefined;

/** Put in by tools/build.mjs; a run from source has none. */
export const version = typeof STOWAGE_VERSION === "string" ? STOWAGE_VERSION : "source";

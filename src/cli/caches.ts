/** Where the command keeps what it can make again: root's with the other caches of the machine, anyone else's at home. */
import { join, resolve } from "node:path";
import { defaultLayout } from "../store/layout.ts";
import type { Io } from "./io.ts";

/** Absolute path. STOWAGE_CACHE_DIR is for all caches of ours. */
export function ownCache({ env, geteuid, cwd }: Pick<Io, "env" | "geteuid" | "cwd">): string {
  if (env.STOWAGE_CACHE_DIR) return resolve(cwd(), env.STOWAGE_CACHE_DIR);
  if ((geteuid?.() ?? 0) === 0) return defaultLayout.cache;
  return join(env.XDG_CACHE_HOME || join(env.HOME || "/", ".cache"), "stowage");
}

/** Health in a word, of what systemd says of a container's service and of the unit that checks it. */
import type { UnitState } from "../../host/systemd.ts";

export type HealthWord = "healthy" | "unhealthy" | "starting";

type Said = Pick<UnitState, "active" | "sub" | "restarts"> | undefined;

/**
 * @param service of the container
 * @param watch the unit that goes on checking; it has failed where the container was unhealthy and is being restarted
 * @returns null where nobody checks: it does not run, or has no check
 */
export function healthWord(service: Said, watch: Said): HealthWord | null {
  const { active = "inactive", sub = "", restarts = 0 } = service ?? {};
  // Also where its start has failed before: systemd waits before the next one, or makes it.
  const hasFailed = watch?.active === "failed" || restarts > 0 || sub.startsWith("auto-restart");
  if (active === "activating") return hasFailed ? "unhealthy" : "starting";
  if (active !== "active" && active !== "reloading") return null;
  if (watch?.active === "failed" || watch?.sub === "stop-post") return "unhealthy";
  return watch?.active === "active" || watch?.active === "activating" ? "healthy" : null;
}

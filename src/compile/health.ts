/** A health check as the runtimes know it. */
import type { ContainerConfig } from "../options/index.ts";
import type { Health } from "../runtimes/health.ts";
import { secondsOf } from "../units/index.ts";

export function healthOf(declared: ContainerConfig["healthcheck"]): Health | null {
  if (declared === null) return null;
  const { command, interval, timeout, retries, startPeriod } = declared;
  return {
    command,
    interval: secondsOf(interval),
    timeout: secondsOf(timeout),
    retries,
    startPeriod: secondsOf(startPeriod),
  };
}

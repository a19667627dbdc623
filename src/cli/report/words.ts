/** States, times and ports in words. */
import type { Reach } from "../../compile/ports.ts";
import type { UnitState } from "../../host/systemd.ts";

export type ContainerState = "up" | "down" | "starting" | "stopping" | "failed";

const states: Readonly<Record<string, ContainerState>> = {
  active: "up",
  reloading: "up",
  activating: "starting",
  deactivating: "stopping",
  failed: "failed",
};

export const stateWord = (state: Pick<UnitState, "active"> | undefined): ContainerState =>
  states[state?.active ?? ""] ?? "down";

/** `trusted: it has macvlans`. */
export const isolationText = (isolation: string, trustedBecause: readonly string[]): string =>
  isolation === "trusted" ? `trusted: ${trustedBecause.join(", ")}` : isolation;

/** Who gets to the ports of a container. */
export function openToText(reaches: readonly Reach[]): string {
  if (reaches.length === 0) return "-";
  return reaches.includes("network") ? "other machines" : "this machine";
}

/** The two largest units of a span: `3d 4h`, `12m 5s`. */
export function spanText(milliseconds: number): string {
  let left = Math.max(0, Math.round(milliseconds / 1000));
  const parts: string[] = [];
  for (const [name, seconds] of [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0 || parts.length > 0 || name === "s") parts.push(`${count}${name}`);
  }
  return parts.slice(0, 2).join(" ");
}

/** `2026-11-21 22:51:41`, local time. */
export function timeText(milliseconds: number): string {
  const time = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

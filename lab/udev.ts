/** Device units in a lab host. Its udevd runs anyway: events of network interfaces come to their own namespace. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bind } from "./nspawn.ts";

/**
 * The host's /run/udev, anew for each boot. PID 1 listens to udev only where there is one, and in a container that means
 * to sd-device: where this file exists, before udevd has run. udevd puts its socket in the file's place.
 *
 * @param directory the host's own
 */
export function udevBind(directory: string): Bind {
  const source = join(directory, "udev");
  rmSync(source, { recursive: true, force: true });
  mkdirSync(source, { mode: 0o755 });
  writeFileSync(join(source, "control"), "");
  return { source, target: "/run/udev", readOnly: false };
}

/**
 * What a stock Debian does at boot and a throwaway machine has no use for. Most of a lab host's boot would be spent on it,
 * and hosts that boot side by side would keep each other busy: a coldplug reaches the udevd of each.
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const unneeded = [
  "console-getty.service",
  "dev-hugepages.mount",
  "modprobe@.service",
  "sys-fs-fuse-connections.mount",
  "sys-kernel-config.mount",
  "sys-kernel-debug.mount",
  "sys-kernel-tracing.mount",
  "systemd-initctl.socket",
  "systemd-modules-load.service",
  "systemd-update-utmp-runlevel.service",
  "systemd-update-utmp.service",
];

/** Tells udevd of all devices that are there already. */
const coldplug = "systemd-udev-trigger.service";

/**
 * Masks units, and says that what is rebuilt after an update of /usr is up to date (systemd-update-done.service(8)): a
 * tree is never updated.
 * @param upper the host's own layer, before its first boot
 * @param deviceUnits its PID 1 is to know devices
 */
export function trim(upper: string, deviceUnits: boolean): void {
  const units = join(upper, "etc/systemd/system");
  mkdirSync(units, { recursive: true, mode: 0o755 });
  for (const unit of [...unneeded, ...(deviceUnits ? [] : [coldplug])]) symlinkSync("/dev/null", join(units, unit));
  mkdirSync(join(upper, "var"), { mode: 0o755 });
  for (const directory of ["etc", "var"]) writeFileSync(join(upper, directory, ".updated"), "");
}

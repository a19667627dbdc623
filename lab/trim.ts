/**
 * What a stock Debian does at boot and a throwaway machine has no use for. Most of a lab host's boot would be spent on it,
 * and hosts that boot side by side would keep each other busy: a coldplug reaches the udevd of each.
 */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
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

/** They run at boot and at each reload of the manager: a dozen programs that find nothing to do here. systemd.generator(7) */
const generators = "systemd/system-generators";

/**
 * Masks units and generators, and says that what is rebuilt after an update of /usr is up to date
 * (systemd-update-done.service(8)): a tree is never updated.
 * @param lower the tree that it boots
 * @param upper the host's own layer, before its first boot
 * @param deviceUnits its PID 1 is to know devices
 */
export function trim(lower: string, upper: string, deviceUnits: boolean): void {
  const units = join(upper, "etc/systemd/system");
  mkdirSync(units, { recursive: true, mode: 0o755 });
  for (const unit of [...unneeded, ...(deviceUnits ? [] : [coldplug])]) symlinkSync("/dev/null", join(units, unit));
  mkdirSync(join(upper, "etc", generators), { mode: 0o755 });
  // But for what makes mounts of /etc/fstab.
  for (const name of readdirSync(join(lower, "usr/lib", generators)).filter((one) => !one.includes("fstab"))) {
    symlinkSync("/dev/null", join(upper, "etc", generators, name));
  }
  mkdirSync(join(upper, "var"), { mode: 0o755 });
  for (const directory of ["etc", "var"]) writeFileSync(join(upper, directory, ".updated"), "");
}

/** Apart from what uses it, so that who only finds the lock held loads next to nothing. */
import { StowageError } from "../error.ts";
import { isBooted } from "../host/systemd.ts";

/** @throws StowageError `no-systemd` */
export function requireBooted(): void {
  if (isBooted()) return;
  throw new StowageError({
    code: "no-systemd",
    message: "this machine is not running systemd",
    details: ["containers are services of systemd's: without it nothing can be started"],
  });
}

/** Of this boot, random(4): it tells whether the machine has been booted since something was written down. */
import { readFileSync } from "node:fs";

export const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** All checks, in the order in which they are shown. Pure. */
import { disk } from "./checks/disk.ts";
import { kernel, limits, storage } from "./checks/kernel.ts";
import { forwarding, managers, names } from "./checks/network.ts";
import { programs, systemd, units } from "./checks/system.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";

const checks = [systemd, programs, units, kernel, limits, storage, forwarding, managers, names, disk];

export const diagnose = (facts: Facts): Finding[] => checks.flatMap((check) => check(facts));

/** All checks, in the order in which they are shown. Pure. */
import { controllers } from "./checks/controllers.ts";
import { disk } from "./checks/disk.ts";
import { engines, openPorts } from "./checks/engines.ts";
import { kernel, limits, storage } from "./checks/kernel.ts";
import { forwarding, managers, names } from "./checks/network.ts";
import { programs, systemd, units } from "./checks/system.ts";
import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";

const checks = [
  systemd,
  programs,
  engines,
  units,
  kernel,
  limits,
  controllers,
  storage,
  forwarding,
  openPorts,
  managers,
  names,
  disk,
];

export const diagnose = (facts: Facts): Finding[] => checks.flatMap((check) => check(facts));

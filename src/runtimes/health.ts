/**
 * Health checks, of both kinds of containers: the container's service is ready once the check has passed, a unit beside it
 * goes on checking, and restarts it when it is unhealthy. See docs/design/health.md.
 */
import type { Layout } from "../store/layout.ts";
import { type Exec, execLine, literal, type Unit, type UnitSection } from "../units/index.ts";
import { healthProgram } from "./health-program.ts";

/** Times are seconds. */
export interface Health {
  /** As the process inside gets it. */
  readonly command: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly startPeriod: number;
}

/** What has a health check: a container of either kind. */
export interface Checked {
  readonly name: string;
  /** Its own service. */
  readonly unit: string;
  readonly health: Health;
  /** The command on the host that makes one check; its status is the check's. */
  readonly check: readonly string[];
  /** Ends the container where its start has failed; empty where systemd itself does. */
  readonly stop: readonly string[];
  /** User and environment that the engine's commands need, of its service. */
  readonly runs: UnitSection;
}

export const healthUnit = (name: string): string => `container-health@${name}.service`;

/** A copy for each container: it goes with it, and no other depends on it. */
export const healthFile = (layout: Layout, name: string): string => `${layout.etc}/containers/${name}.health`;

export const healthFiles = (layout: Layout, name: string): [path: string, text: string][] => [
  [healthFile(layout, name), healthProgram],
];

/** How long after its start a container may be until its first check has passed. In seconds. */
export const startLimit = ({ startPeriod, retries, interval }: Health): number =>
  Math.ceil(startPeriod + retries * interval);

/** For ExecStartPost=: the service is ready when it is over. */
export const readyCommand = (layout: Layout, { name, health, check, stop }: Checked): Exec => {
  const numbers = [Math.min(health.interval, 1), health.timeout, startLimit(health), stop.length];
  return run(layout, name, "ready", numbers, [...stop, ...check]);
};

/** The same, where the engine makes a check of its own. @param ask prints the engine's word for how it stands */
export const toldCommand = (layout: Layout, name: string, stop: readonly string[], ask: readonly string[]): Exec =>
  run(layout, name, "told", [stop.length], [...stop, ...ask]);

/** It has to be in time with what systemd gives a start, which holds for each command of it. */
export const startTimeout = (declared: number, health: Health): number =>
  declared + startLimit(health) + Math.ceil(health.timeout);

/** `container-health@<name>.service`: wanted by the container's, and there as long as it is. */
export function healthService(layout: Layout, checked: Checked): Unit {
  const { name, unit, health, check, runs } = checked;
  return {
    name: healthUnit(name),
    sections: {
      Unit: {
        Description: literal(`Health of container '${name}'`),
        // Not BindsTo=: where a start of the container fails, systemd 257 then makes the next one at once.
        Requisite: unit,
        PartOf: unit,
        After: unit,
        // It ends of itself: nobody wants this any more.
        StopWhenUnneeded: true,
        StartLimitIntervalSec: 0,
      },
      Service: {
        Type: "exec",
        SyslogIdentifier: literal(`health of ${name}`),
        // What it says itself, and not that it comes and goes with its container.
        LogLevelMax: "notice",
        ...runs,
        // One that was killed; with a status it ends where the container is unhealthy.
        Restart: "on-abnormal",
        ExecStart: run(layout, name, "watch", [health.interval, health.timeout, health.retries], check),
        // With all rights: only root may restart the container.
        ExecStopPost: `+${execLine(run(layout, name, "renew", [], [unit]))}`,
      },
    },
  };
}

const run = (
  layout: Layout,
  name: string,
  action: "ready" | "told" | "watch" | "renew",
  numbers: readonly number[],
  words: readonly string[],
): Exec => ({ exec: ["/bin/sh", healthFile(layout, name), action, ...numbers.map(decimal), ...words] });

/** sleep(1) and timeout(1) take no exponent. */
const decimal = (seconds: number): string => (Number.isInteger(seconds) ? `${seconds}` : seconds.toFixed(6));

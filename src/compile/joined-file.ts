/** A file below /etc of which one part is declared and another is the host's, and changes while the container runs. */
import { restartTriggers } from "../runtimes/nspawn/triggers.ts";
import { render, type Unit } from "../units/index.ts";
import type { InnerParts } from "./inner-units.ts";

export interface JoinedFile {
  /** Of its units and its program: `declared-hosts`. */
  readonly name: string;
  /** For people: "Names of this container and of the others". */
  readonly description: string;
  /** An awk program that joins both and writes the file. */
  readonly program: string;
  /** What is declared: when it differs the file is made anew before a switch returns. */
  readonly declared: string;
  /** The host's part. */
  readonly watched: string;
}

/** Made before any service may read it, and again when either part changes. */
export function joinedFile({ name, description, program, declared, watched }: JoinedFile): InnerParts {
  const exec = { exec: [`/run/declared/current/bin/${name}`] };
  const early = { DefaultDependencies: false, StartLimitIntervalSec: 0 };
  const units: Unit[] = [
    {
      name: `${name}.service`,
      sections: {
        Unit: { Description: description, Before: "sysinit.target", ...early, ...restartTriggers([program, declared]) },
        Service: { Type: "oneshot", RemainAfterExit: true, ExecStart: exec },
      },
    },
    {
      name: `${name}.path`,
      sections: {
        Unit: { Description: `${description}: changes`, DefaultDependencies: false },
        Path: { PathChanged: watched, Unit: `${name}-again.service` },
      },
    },
    // The first one remains active.
    {
      name: `${name}-again.service`,
      sections: {
        Unit: { Description: `${description}: made anew`, ...early },
        Service: { Type: "oneshot", ExecStart: exec },
      },
    },
  ];
  const wanted = [`${name}.service`, `${name}.path`];
  return {
    units: Object.fromEntries(units.map((unit) => [unit.name, render(unit)])),
    unitLinks: Object.fromEntries(wanted.map((unit) => [`sysinit.target.wants/${unit}`, `../${unit}`])),
    bin: { [name]: program },
  };
}

/** One measured case. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Case {
  readonly id: string;
  readonly about: string;
  readonly input: Input;
  /** Absent from cases of our own: nobody measured them. */
  readonly facts?: Measured | Refused;
}

/** Options by NixOS's names; `host` holds what is not `containers`. */
export interface Input {
  readonly containers?: Readonly<Record<string, ContainerInput>>;
  readonly host?: Readonly<Record<string, unknown>>;
}

/** Some have wrong types on purpose. */
export type ContainerInput = Readonly<Record<string, unknown>>;

export interface Refused {
  readonly ok: false;
  readonly message: string;
}

export interface Measured {
  readonly ok: true;
  readonly containers: readonly MeasuredContainer[];
  readonly denyInterfaces: readonly string[];
  readonly extraHosts: readonly string[];
  readonly kernelModules: readonly string[];
  readonly targetsWants: Readonly<Record<string, readonly string[]>>;
  readonly udevRules: string;
  readonly warnings: readonly string[];
  readonly units: readonly string[];
}

type Section = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface MeasuredContainer {
  readonly container: string;
  readonly unit: string;
  readonly Unit: Section;
  readonly Service: Section;
  readonly Install: Section;
  /** NAME.conf: keys and values in order. */
  readonly conf: readonly (readonly [string, string])[];
  readonly nspawnArgv: readonly string[];
  readonly nspawnEnvironment: Readonly<Record<string, string>>;
  readonly postStartCommands: readonly (readonly string[])[];
  /** Commands run inside, before the init there. */
  readonly containerInit: readonly (readonly string[])[];
  readonly restartIfChanged: boolean;
}

export const readCases = (file: string): Case[] =>
  readFileSync(join(import.meta.dirname, file), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Case);

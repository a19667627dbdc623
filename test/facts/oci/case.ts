/** One measured case. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface OciCase {
  readonly id: string;
  readonly about: string;
  readonly input: OciInput;
  /** Absent from cases of our own: nobody measured them. */
  readonly facts?: OciMeasured | { readonly ok: false; readonly message: string };
}

/** `oci` is NixOS's `virtualisation.oci-containers`; `host` holds other options of NixOS. Some have wrong types on purpose. */
export interface OciInput {
  readonly oci?: { readonly backend?: string; readonly containers?: Readonly<Record<string, OciOptions>> };
  readonly host?: {
    readonly "docker-containers"?: Readonly<Record<string, OciOptions>>;
    readonly networking?: object;
    readonly users?: { readonly users: Readonly<Record<string, HostAccount>> };
  };
}

export interface OciOptions {
  readonly image: string;
  readonly imageFile?: string;
  readonly imageStream?: string;
  readonly hostname?: string;
  readonly networks?: readonly string[];
  readonly extraOptions?: readonly string[];
  readonly preRunExtraOptions?: readonly string[];
  readonly autoRemoveOnStop?: boolean;
  readonly podman?: { readonly user?: string; readonly sdnotify?: string } | null;
}

interface HostAccount {
  readonly uid?: number;
  readonly home?: string;
  readonly linger?: boolean;
}

export interface OciMeasured {
  readonly ok: true;
  readonly containers: readonly MeasuredOci[];
  readonly units: readonly string[];
  readonly warnings: readonly string[];
  readonly podmanEnabled: boolean;
  readonly dockerEnabled: boolean;
}

type Section = Readonly<Record<string, string | undefined>>;
type Command = readonly string[] | { readonly argv: readonly string[]; readonly stdin: string };

export interface MeasuredOci {
  readonly container: string;
  readonly unit: string;
  readonly backend: "podman" | "docker";
  readonly Unit: Section;
  readonly Service: Section;
  readonly Install: Section;
  readonly environmentLines: readonly string[];
  readonly preStartCommands: readonly Command[];
  readonly runArgv: readonly string[];
  readonly stopCommands: readonly Command[];
  readonly stopExitWhenStopFails: number;
  readonly postStopCommands: readonly Command[];
  readonly restartIfChanged: boolean;
}

export const readOciCases = (file: string): OciCase[] =>
  readFileSync(join(import.meta.dirname, file), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as OciCase);

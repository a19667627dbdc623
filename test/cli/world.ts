/** The command in this process, with a world of its own: streams that keep what is written, a state directory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { main } from "../../src/cli/app.ts";
import type { Io } from "../../src/cli/io.ts";
import type { ContainerPart, Generation } from "../../src/compile/generation.ts";
import { setCurrentGeneration, writeGeneration } from "../../src/store/generations.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { requireDocumented } from "./json-page.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class World {
  readonly directory = mkdtempSync(`${tmpdir()}/stowage-cli-`);
  uid = 0;
  env: Record<string, string | undefined> = { STOWAGE_STATE_DIR: `${this.directory}/state`, NO_COLOR: "1" };

  async run(...argv: string[]): Promise<Outcome> {
    const out: string[] = [];
    const err: string[] = [];
    const io: Io = {
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      stdin: { isTTY: false },
      env: this.env,
      cwd: () => this.directory,
      geteuid: () => this.uid,
    };
    const code = await main(argv, io);
    requireDocumented(argv, out.join(""));
    return { code, out: out.join(""), err: err.join("") };
  }

  /** Makes these containers the current generation. */
  containers(...parts: readonly ContainerPart[]): void {
    const layout = { ...defaultLayout, state: `${this.directory}/state` };
    const generation: Generation = {
      format: 1,
      id: "a".repeat(32),
      units: {},
      unitLinks: {},
      files: {},
      hosts: [],
      ports: [],
      containers: Object.fromEntries(parts.map((part) => [part.name, part])),
      systems: {},
    };
    setCurrentGeneration(layout, writeGeneration(layout, generation));
  }

  end(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export const container = (name: string, more: Partial<ContainerPart> = {}): ContainerPart => ({
  name,
  kind: "system",
  unit: `container@${name}.service`,
  companions: [],
  isolation: "isolated",
  trustedBecause: [],
  mapped: [],
  autoStart: false,
  ephemeral: false,
  onChange: "auto",
  dependsOn: [],
  system: null,
  packages: null,
  path: "/srv/tree",
  addresses: [],
  ports: [],
  ...more,
});

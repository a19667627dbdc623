/** `script`, `preStart`, … of a service: programs in the toplevel, run by a path that a swap of `current` does not change. */
import type { Exec } from "../units/index.ts";
import type { ServiceConfig } from "./inner-service.ts";

const kinds = {
  script: { key: "ExecStart", suffix: "start" },
  preStart: { key: "ExecStartPre", suffix: "pre-start" },
  postStart: { key: "ExecStartPost", suffix: "post-start" },
  preStop: { key: "ExecStop", suffix: "pre-stop" },
  postStop: { key: "ExecStopPost", suffix: "post-stop" },
  reload: { key: "ExecReload", suffix: "reload" },
} as const;

export interface Scripts {
  /** Text by name. */
  readonly bin: Record<string, string>;
  /** Command by key of [Service]. */
  readonly commands: Record<string, Exec>;
}

export function scriptsOf(name: string, service: ServiceConfig): Scripts {
  const bin: Record<string, string> = {};
  const commands: Record<string, Exec> = {};
  for (const [option, { key, suffix }] of Object.entries(kinds)) {
    const text = service[option as keyof typeof kinds];
    if (text === "") continue;
    // A template's `@` is at home in a file name. `app-pre` and its `start` are not `app` and its `pre-start`.
    const file = /-(pre|post)$/.test(name) ? `${name}+${suffix}` : `${name}-${suffix}`;
    bin[file] = `#!/bin/sh -e\n${text.endsWith("\n") ? text : `${text}\n`}`;
    const args = option === "script" ? service.scriptArgs : [];
    commands[key] = { exec: [`/run/declared/current/bin/${file}`, ...args] };
  }
  return { bin, commands };
}

/** The engines by name. */
import { docker } from "./docker.ts";
import type { Engine } from "./engine.ts";
import { podman } from "./podman.ts";

const engines = { podman, docker } as const satisfies Record<Engine["name"], Engine>;

export const engineOf = (name: Engine["name"]): Engine => engines[name];

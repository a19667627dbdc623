/** What podman and docker have in common, and what only one of them can. */
import type { UnitSection } from "../../units/index.ts";
import type { OciContainer } from "./container.ts";

/**
 * - `notify`: its command tells systemd when the container is ready, and that it is the main process.
 * - `own-cgroup`: the container's processes are in the unit's control group: limits of the unit hold for them.
 * - `rootless`: a container can be a user's other than root.
 */
export type Capability = "notify" | "own-cgroup" | "rootless";

export interface Engine {
  readonly name: "podman" | "docker";
  readonly program: string;
  readonly can: ReadonlySet<Capability>;
  /** Options of its command for what is done again and again: nothing of it is written to the journal. */
  readonly quiet: readonly string[];
  /** Units that it needs to run itself. */
  readonly needs: readonly string[];
  readonly unit: (container: OciContainer) => UnitSection;
  readonly service: (container: OciContainer) => UnitSection;
}

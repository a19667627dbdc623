/** What the host's network has to do with OCI containers. */
export interface EngineSide {
  /** What runs those that are found by name; null: there are none. */
  readonly engine: "podman" | "docker" | null;
  /** Behind which only OCI containers are. */
  readonly bridges: readonly string[];
}

export const noEngine: EngineSide = { engine: null, bridges: [] };

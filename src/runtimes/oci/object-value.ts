/** What an engine must know of a network, a volume or a pod: checked, resolved, without options. */
import type { RunAs } from "./container.ts";
import type { Engine } from "./engine.ts";

interface Common {
  readonly name: string;
  readonly engine: Engine["name"];
  /** Whose it is: that of the containers that name it. An engine that runs for a user has objects of that user's. */
  readonly owner: RunAs;
  readonly labels: Readonly<Record<string, string>>;
  readonly extraOptions: readonly string[];
  /** Whether some container, or pod, has it; others are made when the host boots. */
  readonly used: boolean;
}

export interface OciNetwork extends Common {
  readonly kind: "network";
  readonly driver: string;
  readonly parent: string | null;
  readonly subnets: readonly string[];
  readonly gateways: readonly string[];
  readonly ipv6: boolean;
  readonly internal: boolean;
  readonly options: Readonly<Record<string, string>>;
}

export interface OciVolume extends Common {
  readonly kind: "volume";
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface OciPod extends Common {
  readonly kind: "pod";
  readonly ports: readonly string[];
  readonly networks: readonly string[];
  readonly hostname: string | null;
  /** Units of its networks. */
  readonly needs: readonly string[];
}

export type OciObject = OciNetwork | OciVolume | OciPod;

/** `stowage-podman-network@app.service`, `stowage-podman-volume@data:alice.service`; neither name has a colon. */
export function objectUnit({ kind, engine, name, owner }: Pick<OciObject, "kind" | "engine" | "name" | "owner">) {
  const whose = owner.kind === "root" ? "" : `:${owner.name}`;
  return `stowage-${engine}-${kind}@${name}${whose}.service`;
}

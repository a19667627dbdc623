/** What an engine must know of an OCI container: checked, resolved, without options. */
import type { Resources } from "../../options/resources.ts";
import type { ImageRecipe } from "../../systems/images/recipe.ts";
import type { Health } from "../health.ts";
import type { Secret } from "../secrets.ts";
import type { KnownPlace } from "./names.ts";

export interface OciContainer {
  readonly name: string;
  readonly engine: "podman" | "docker";
  /** `podman-web.service` */
  readonly unit: string;
  /** As the engine is given it: pinned, so that a start needs no network and always runs the same. */
  readonly image: string;
  /** What that was made from, and where it comes from when the engine lacks it. */
  readonly recipe: ImageRecipe;
  readonly cmd: readonly string[];
  readonly entrypoint: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentFiles: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string | null;
  readonly workdir: string | null;
  readonly hostname: string | null;
  readonly logDriver: string;
  readonly ports: readonly string[];
  readonly networks: readonly string[];
  /** Whose network, ports and host name it has. */
  readonly pod: string | null;
  /** Of the pod's. */
  readonly podPorts: readonly string[];
  /** Where it is found by name; null where only its engine knows. */
  readonly place: KnownPlace | null;
  readonly volumes: readonly string[];
  readonly capabilities: Readonly<Record<string, boolean | null>>;
  readonly devices: readonly string[];
  readonly privileged: boolean;
  /** Each with a target. */
  readonly secrets: readonly Secret[];
  readonly resources: Resources | null;
  readonly autoStart: boolean;
  readonly autoRemoveOnStop: boolean;
  /** Units of the networks, volumes and the pod that it names, as far as they are ours to make. */
  readonly objects: readonly string[];
  /** Units that must be ready before, and without which it does not run. */
  readonly needs: readonly string[];
  /** Names of those containers. */
  readonly dependsOn: readonly string[];
  readonly preRunExtraOptions: readonly string[];
  readonly extraOptions: readonly string[];
  /** Variables of the engine's own command: the host's proxies. */
  readonly commandEnvironment: Readonly<Record<string, string>>;
  /** "root" with docker. */
  readonly runAs: RunAs;
  /** Why its root is as good as root of the host; empty where the engine keeps it apart. */
  readonly trustedBecause: readonly string[];
  readonly ready: Ready;
  readonly health: Health | null;
}

/** Whose container it is: of another user than root it is rootless. */
export type RunAs =
  | { readonly kind: "root" }
  | {
      readonly kind: "user";
      readonly name: string;
      readonly home: string;
      readonly uid: number;
      /** A systemd of his own runs from boot on. */
      readonly lingers?: boolean;
    };

/** When its service is ready: the container runs, its health check passed, or the process inside says so. */
export type Ready = "conmon" | "healthy" | "container";

/** `podman-web.service`, unless another name is declared. */
export const ociUnit = (engine: OciContainer["engine"], name: string, serviceName: string | null): string =>
  `${serviceName ?? `${engine}-${name}`}.service`;

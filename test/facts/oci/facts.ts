/** What can be observed of a host's OCI containers, in words that fit NixOS and us alike. */

export interface OciFacts {
  /** By container. */
  readonly containers: Readonly<Record<string, OciContainerFacts>>;
  /** Engines that must be there. */
  readonly engines: readonly string[];
}

export interface OciContainerFacts {
  readonly unit: OciUnitFacts;
  readonly service: OciServiceFacts;
  readonly image: ImageFacts;
  readonly run: RunFacts;
  /** Whether what is left of a container of that name is in the way of a start. */
  readonly stale: "removed" | "in the way";
  /** The engine's command that stops it, without its path. */
  readonly stop: string;
  /** Commands after the stop. */
  readonly afterStop: readonly string[];
}

/** Without units of our own, whose effect is told elsewhere. */
export interface OciUnitFacts {
  readonly name: string;
  readonly wantedBy: readonly string[];
  readonly after: readonly string[];
  readonly wants: readonly string[];
  readonly requires: readonly string[];
  readonly mountsFor: readonly string[];
  readonly restartIfChanged: boolean;
}

export interface OciServiceFacts {
  readonly type: string;
  readonly notifyAccess: string;
  readonly restart: string;
  /** Seconds, or "infinity". */
  readonly timeoutStart: string;
  readonly timeoutStop: string;
  readonly user: string;
  readonly runtimeDirectory: string;
  readonly delegate: boolean;
  /** Of the engine's commands. */
  readonly environment: readonly string[];
  /** A stop that the engine refuses is a failure of the unit. */
  readonly stopCanFail: boolean;
  /** All other settings of the unit, by key. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface ImageFacts {
  /** When it is brought to the engine. */
  readonly when: "at each start" | "by the switch";
  /** "registry", "here", or where it is loaded from. */
  readonly from: string;
  /** `--pull` of the start. */
  readonly pull: string;
  /** `ghcr.io as ci` */
  readonly login: string | null;
}

export interface RunFacts {
  /** Before `run`. */
  readonly before: readonly string[];
  /** In no order: "--name=web", "-e A=b". */
  readonly options: readonly string[];
  /** Options of the user's, the image, its arguments. */
  readonly rest: readonly string[];
}

/**
 * A Plan: ordered steps, each with its reason, and what is kept and why. Made purely from (current generation, next
 * generation, observed state), printed, and then executed: the very same value.
 */
import type { Generation } from "../compile/generation.ts";
import type { Problem } from "../error.ts";
import type { StoreName, ToplevelRecipe } from "../systems/recipe.ts";
import type { ObservedDrift } from "./drift.ts";
import type { NetworkManager } from "./host-network.ts";
import type { InnerChanges } from "./inner.ts";

/** What a step does. `apply` has one function for each; nothing is decided there. */
export type Action =
  /** Stop units with their old definitions. */
  | { readonly do: "stop-unit"; readonly unit: string }
  | { readonly do: "remove-unit"; readonly unit: string }
  | { readonly do: "write-unit"; readonly unit: string }
  | { readonly do: "remove-unit-link"; readonly link: string }
  | { readonly do: "write-unit-link"; readonly link: string; readonly target: string }
  | { readonly do: "remove-file"; readonly path: string }
  | { readonly do: "write-file"; readonly path: string }
  | { readonly do: "write-hosts" }
  /** Make the container's root from its system's seed; only ever where there is none. */
  | { readonly do: "seed-root"; readonly container: string }
  /**
   * Put the new declared directory beside the one that the running container has, with the order how to take it over;
   * `stop`: what must end with its old definition is stopped now.
   */
  | { readonly do: "prepare"; readonly container: string; readonly order: TakeOver; readonly stop: boolean }
  /** Put the container's declared directory in place and swap its `current` link. */
  | { readonly do: "declare"; readonly container: string }
  /** The generation becomes current: from here on the next boot has it. */
  | { readonly do: "record-generation" }
  | { readonly do: "daemon-reload" }
  /** The ports of a container that runs, into a table that has lost them. */
  | { readonly do: "load-ports"; readonly container: string }
  /** A program of others that sets up interfaces reads anew which are not its own. */
  | { readonly do: "reload-manager"; readonly manager: NetworkManager }
  | { readonly do: "reload-unit"; readonly unit: string }
  | { readonly do: "restart-unit"; readonly unit: string }
  | { readonly do: "start-unit"; readonly unit: string };

/** How a running container is brought to what is declared. */
export interface TakeOver extends InnerChanges {
  /** The toplevel that it runs with. */
  readonly from: StoreName;
  /** Why it takes a restart instead, or null. */
  readonly refuse: string | null;
  /** It may have taken over a further system of that from inside; to be left before anything changes. */
  readonly hasChildren?: true;
}

export interface Step {
  /** Unique in its plan: `start-unit container@web.service`. */
  readonly id: string;
  readonly action: Action;
  /** The container this is about, for grouping in what is shown. */
  readonly container?: string;
  /** Why, for people: "new", "its packages changed", "ExecStart changed". */
  readonly because: string;
  /** Ids of steps that must be done (not merely tried) first. Steps without an order between them may run at once. */
  readonly after: readonly string[];
}

/** Something that a person might expect to change and that does not. */
export interface Kept {
  readonly unit: string;
  readonly because: string;
}

export interface Plan {
  readonly current: Generation | null;
  readonly next: Generation;
  readonly steps: readonly Step[];
  readonly kept: readonly Kept[];
  /** What the person should know before saying yes. */
  readonly notices: readonly string[];
  /** What others have added to what is ours, or taken from it, and is left so. Told also where there is nothing to do. */
  readonly drift?: readonly string[];
  /** What keeps the plan from being carried out: files of others in the way. Not empty: do nothing, and show these. */
  readonly blocked: readonly Problem[];
}

/** What the planner must know of the machine. Read by `src/runtimes/*\/observe.ts` and `src/host`. */
export interface Observed {
  /** By unit name, for every unit of the current and the next generation. */
  readonly units: Readonly<Record<string, ObservedUnit>>;
  /** By absolute path, for every file and unit file of both: the text, or null where there is none. */
  readonly files: Readonly<Record<string, ObservedFile | null>>;
  /** By link path below the unit directory: its target, or null. */
  readonly unitLinks: Readonly<Record<string, string | null>>;
  /** By name of a unit that was never ours: the host's unit file of that name, which ours would take the place of. */
  readonly packaged?: Readonly<Record<string, string>>;
  /** Our block of the hosts file as it is, or null where there is none. */
  readonly hosts: string | null;
  /** By container: what is on disk of it. */
  readonly containers: Readonly<Record<string, ObservedContainer>>;
  /** Of the paths that containers have id-mapped, those that cannot be, with the mount that is in the way. */
  readonly unmappable?: Readonly<Record<string, ObservedMount>>;
  /** Bridges, and interfaces that should be their ports or a container's, as far as they exist: the bridge that each is a port of. */
  readonly interfaces?: Readonly<Record<string, string | null>>;
  /** What else was changed by hand. */
  readonly drift?: ObservedDrift;
  /** By container: secrets that are not as they were when it started, or not there. Never what they are. */
  readonly secrets?: Readonly<Record<string, ObservedSecrets>>;
}

/** Names of secrets. */
export interface ObservedSecrets {
  readonly rotated: readonly string[];
  readonly missing: readonly string[];
}

export interface ObservedMount {
  readonly point: string;
  /** Of file system: `overlay`, `nfs4`. */
  readonly type: string;
}

export interface ObservedContainer {
  readonly hasRoot: boolean;
  /** The toplevel that it is shown, and, without `pending`, runs with where it runs. */
  readonly declared: string | null;
  /** What its declared directory has lost. */
  readonly lacks?: string;
  /** Of an OCI container whose service runs: its engine has no such container that runs, or holds it. */
  readonly engine?: "gone" | "paused";
  /** It has not taken over, or not quite, what it is shown. */
  readonly pending?: {
    /** The toplevel that it runs with; null where nobody knows. */
    readonly from: StoreName | null;
    readonly recipe: ToplevelRecipe | null;
  };
}

export interface ObservedUnit {
  /** systemd's ActiveState: active, inactive, failed, activating, … */
  readonly active: string;
  readonly sub: string;
}

export interface ObservedFile {
  readonly text: string;
  /** It carries our ownership mark, or stands in a generation of ours. */
  readonly ours: boolean;
  /** It is a link, which is nobody's text: where it leads. */
  readonly link?: string;
}

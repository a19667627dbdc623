/** What follows from secrets that changed on the host, or are not there: by their names alone. */
import type { ContainerPart, SecretPart } from "../compile/generation.ts";
import type { Problem } from "../error.ts";
import { type Decision, isUp, type Running } from "./decide.ts";
import type { Observed } from "./plan.ts";

/** As keys of the container's unit that changed: the same follows as from those. */
export const rotatedKeys = (container: ContainerPart, { secrets }: Pick<Observed, "secrets">): string[] =>
  (secrets?.[container.name]?.rotated ?? []).map((name) => `Secret.its secret ${name}`);

interface Decided {
  readonly next: ContainerPart | null;
  readonly decision: Decision;
  readonly running: Running;
}

const starts = (decision: Decision): boolean => ["start", "restart", "swap", "stop-start"].includes(decision);

/** A container that would be stopped for a start that fails is rather left as it is. */
export function missingSecrets(containers: readonly Decided[], observed: Observed): Problem[] {
  return containers
    .filter(({ decision }) => starts(decision))
    .flatMap(({ next }) => missingOf(next, observed))
    .map(([{ name }, secret]) => ({
      code: "no-secret",
      message: `the secret ${secret.name} of container ${name} is not there: ${sourceOf(secret)}`,
      details: ["the container could not be started"],
      hint: secret.source.startsWith("/")
        ? `write it to ${secret.source}`
        : "systemd.exec(5) LoadCredential= says where",
    }));
}

/** Told where nothing is to be done: its next start would fail. */
export function forsakenSecrets(containers: readonly Decided[], observed: Observed): string[] {
  return containers
    .filter(({ decision, running }) => !starts(decision) && isUp(running))
    .flatMap(({ next }) => missingOf(next, observed))
    .map(
      ([{ name }, secret]) =>
        `the secret ${secret.name} of container ${name} is gone, so its next start would fail: ${sourceOf(secret)}`,
    );
}

function missingOf(
  container: ContainerPart | null,
  { secrets }: Pick<Observed, "secrets">,
): [container: ContainerPart, secret: SecretPart][] {
  if (container === null) return [];
  const missing = secrets?.[container.name]?.missing ?? [];
  return (container.secrets ?? []).filter(({ name }) => missing.includes(name)).map((one) => [container, one]);
}

const sourceOf = ({ source }: SecretPart): string =>
  source.startsWith("/") ? `${source} is no file` : `the host has no credential ${source}`;

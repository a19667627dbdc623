/** How secrets of containers, of either kind, stand beside what they were read from. */
import type { Generation } from "../../../compile/generation.ts";
import { credentialState } from "../../../host/credentials.ts";
import { isUp, runningIn } from "../../../plan/decide.ts";
import type { Observed, ObservedSecrets } from "../../../plan/plan.ts";
import { credentialsDir } from "../../secrets.ts";

/** By container; those of which there is nothing to say are left out. */
export async function observeSecrets(
  next: Generation,
  units: Observed["units"],
): Promise<Readonly<Record<string, ObservedSecrets>>> {
  const all: Record<string, ObservedSecrets> = {};
  for (const { name, unit, secrets = [] } of Object.values(next.containers)) {
    const directory = isUp(runningIn(units, unit)) ? credentialsDir(unit) : null;
    const states = await Promise.all(
      secrets.map(async (one) => ({ ...one, state: await credentialState(one, directory) })),
    );
    const rotated = states.filter(({ state }) => state === "rotated").map((one) => one.name);
    const missing = states.filter(({ state }) => state === "missing").map((one) => one.name);
    if (rotated.length + missing.length > 0) all[name] = { rotated, missing };
  }
  return all;
}

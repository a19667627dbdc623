/** stowage plan: what switch would do. Nothing is built or changed; the names of store paths are known before. */
import type { Generation } from "../../compile/index.ts";
import { StowageError } from "../../error.ts";
import { renderDrift, renderPlan } from "../../plan/index.ts";
import { has } from "../../store/store.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { generationHere, planFor } from "../pipeline.ts";
import { printable } from "../report/paint.ts";
import { planJson } from "../report/plan-json.ts";
import { progressOf } from "../report/progress.ts";
import type { HostFlags, Session } from "../session.ts";

export default async function planVerb(session: Session, flags: HostFlags & JsonFlag): Promise<number> {
  const progress = progressOf(session);
  const next = await generationHere(session, flags, progress.on).finally(progress.end);
  const { plan } = await planFor(session, next);
  const toBuild = Object.keys(next.systems).filter((name) => !has(session.layout, name));
  const toFetch = await imagesOf(next);
  if (flags.json) session.print(`${JSON.stringify(planJson(plan, toBuild, toFetch), null, 2)}\n`);
  else {
    const first = plan.steps.length > 0 ? firstText("build", toBuild) + firstText("fetch", toFetch) : "";
    session.print(printable((renderPlan(plan) || renderDrift(plan)) + first));
  }
  if (plan.blocked.length > 0) throw new StowageError(plan.blocked);
  return plan.steps.length === 0 ? exitCodes.done : exitCodes.somethingToDo;
}

/** Images of OCI containers. Without any nothing of it is loaded. */
async function imagesOf(next: Generation): Promise<string[]> {
  if (Object.values(next.containers).every(({ oci }) => oci === undefined)) return [];
  const { imagesToFetch } = await import("../images.ts");
  return imagesToFetch(next);
}

const firstText = (verb: string, names: readonly string[]): string =>
  names.length === 0 ? "" : `\nto ${verb} first\n${names.map((name) => `  ${name}\n`).join("")}`;

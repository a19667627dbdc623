/** A plan for programs: its steps and notes; the generations are named, `compile --json` has them in full. */
import type { Plan } from "../../plan/index.ts";

export const planJson = (plan: Plan, toBuild: readonly string[], toFetch: readonly string[] = []) => ({
  current: plan.current?.id ?? null,
  next: plan.next.id,
  toBuild,
  toFetch,
  steps: plan.steps,
  kept: plan.kept,
  notices: plan.notices,
  ...(plan.drift?.length && { drift: plan.drift }),
  blocked: plan.blocked,
});

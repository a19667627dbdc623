/** What a switch does, as a value: made purely, printed, and then carried out. */
export { type BootJobs, bootJobs, waitsForBoot, withoutJobs } from "./at-boot.ts";
export {
  type ContainerState,
  type Decision,
  decideContainer,
  decideUnit,
  isUp,
  type Running,
  runningIn,
  runningOf,
  type SocketState,
  type SystemChange,
  startsSocket,
  type UnitState,
} from "./decide.ts";
export type { ObservedDrift, ObservedTable } from "./drift.ts";
export { type NetworkManager, networkManagers, observedInterfaces } from "./host-network.ts";
export { type InnerChange, type InnerChanges, innerChanges } from "./inner.ts";
export { type PlanOptions, plan } from "./make.ts";
export type {
  Action,
  Kept,
  Observed,
  ObservedContainer,
  ObservedFile,
  ObservedUnit,
  Plan,
  Step,
  TakeOver,
} from "./plan.ts";
export { renderDrift, renderPlan } from "./render.ts";
export { othersThatWant } from "./wanted.ts";

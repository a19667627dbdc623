/** A unit and what is decided for it. */
import type { Decision } from "./decide.ts";

export interface Subject {
  readonly unit: string;
  readonly decision: Decision;
  readonly because: string;
  /** Of the host's own: containers do not wait for it here. */
  readonly isAlone?: boolean;
}

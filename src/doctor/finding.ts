/** What `stowage doctor` says of one thing. */
export interface Finding {
  /** Stable, for programs: `systemd-version`, `program-nft`, … */
  readonly check: string;
  /** "note": it will hurt some configurations, or later. "problem": something declared does not work. */
  readonly state: "ok" | "note" | "problem";
  /** What was found, in one line. */
  readonly what: string;
  readonly why?: string;
  /** A command, or what to do. */
  readonly mend?: string;
}

/** A fact that is right, or a finding of how it is not. */
export const judge = (check: string, isRight: boolean, right: string, wrong: Omit<Finding, "check">): Finding =>
  isRight ? { check, state: "ok", what: right } : { check, ...wrong };

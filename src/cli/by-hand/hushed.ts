/** Verbs that change the machine on the way to an answer of their own. */
import type { Session } from "../session.ts";

/** What is done is not the answer here, only its outcome; but events are for programs, which follow what is done. */
export const hushed = (session: Session): Session =>
  session.events ? session : { ...session, print: session.verbose ? session.tell : () => undefined };

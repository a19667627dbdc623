/** The generation that the machine has, for verbs about containers. */
import { readActive } from "../apply/current.ts";
import type { Generation } from "../compile/generation.ts";
import type { Session } from "./session.ts";

/** Null before the first switch: then there are no containers. */
export const currentOf = (session: Session): Generation | null => readActive(session.layout)?.generation ?? null;

/** What tells this machine from all others. Facts: machine-id(5). */
import { readText } from "./files.ts";

/** For deriving from, never to be shown: it counts as confidential. "" on a machine that has none. */
export const machineId = (path = "/etc/machine-id"): string => (readText(path) ?? "").trim();

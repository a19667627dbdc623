/** What makes a unit another unit although its own keys are the same: the content of files that it reads. */
import { hash } from "node:crypto";
import type { UnitSection } from "../../units/index.ts";

/** NixOS's key, in [Unit]; `compare` sees it, systemd does not. */
export function restartTriggers(texts: readonly string[]): UnitSection {
  let all = "";
  for (const text of texts) all += `${text.length}:${text}`;
  return { "X-Restart-Triggers": hash("sha256", all).slice(0, 32) };
}

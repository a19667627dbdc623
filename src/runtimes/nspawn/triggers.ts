/** What makes a unit another unit although its own keys are the same: the content of files that it reads. */
import { createHash } from "node:crypto";
import type { UnitSection } from "../../units/index.ts";

/** NixOS's key, in [Unit]; `compare` sees it, systemd does not. */
export function restartTriggers(texts: readonly string[]): UnitSection {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:${text}`);
  return { "X-Restart-Triggers": hash.digest("hex").slice(0, 32) };
}

import { createHash } from "node:crypto";

/** 128 bits of it, hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

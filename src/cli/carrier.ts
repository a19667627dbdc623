/** What the next boot is to run where it has another generation than the machine: this very program. */
import { realpathSync } from "node:fs";
import type { Carrier } from "../apply/next-boot.ts";
import { bootId } from "../host/boot-id.ts";

/** Links are followed now: what they lead to may be somebody else's program by then, or nothing. */
export const carrier = (): Carrier => ({
  program: [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)].map(realPath),
  boot: bootId(),
});

const realPath = (word: string): string => (word.startsWith("/") ? realpathSync(word) : word);

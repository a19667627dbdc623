/** Copies of the product with a mistake in them, built from its sources as the product is. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../../../lab/exec.ts";
import { checkout } from "../../../lab/places.ts";
import type { Machine } from "../harness/machine.ts";

export interface Edit {
  /** Below src/. */
  readonly file: string;
  /** There once; else the mistake cannot be made, and what it is to show would not be shown. */
  readonly from: string;
  readonly to: string;
}

/** @returns for each edit the path of its command on the lab host */
export async function buildBroken(host: Machine, edits: readonly Edit[]): Promise<string[]> {
  const copy = mkdtempSync(join(tmpdir(), "stowage-broken-"));
  try {
    for (const name of ["src", "tools", "packaging", "package.json"])
      cpSync(join(checkout(), name), join(copy, name), { recursive: true });
    symlinkSync(join(checkout(), "node_modules"), join(copy, "node_modules"));
    const commands: string[] = [];
    for (const [index, edit] of edits.entries()) {
      await buildWith(copy, edit, join(copy, `${index}/dist`));
      host.copyToState(join(copy, `${index}`), `broken/${index}`);
      commands.push(`/var/lib/stowage/broken/${index}/dist/cli.js`);
    }
    const link =
      "for d in /var/lib/stowage/broken/*; do ln -s /opt/stowage/node_modules /opt/stowage/package.json $d/; done";
    await host.sh(link);
    return commands;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

async function buildWith(copy: string, { file, from, to }: Edit, out: string): Promise<void> {
  const path = join(copy, "src", file);
  const text = readFileSync(path, "utf8");
  const times = text.split(from).length - 1;
  if (times !== 1) throw new Error(`src/${file} has this text ${times} times, not once: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  mkdirSync(out, { recursive: true });
  await must([process.execPath, join(copy, "tools/build.mjs"), "--no-types", "--out", out], { timeout: 120_000 });
  writeFileSync(path, text);
}

/** The packages of the build that is tested, made once for all scenarios that install one. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { must } from "../../../lab/exec.ts";
import { withLock } from "../../../lab/lock.ts";
import { checkout, labCache } from "../../../lab/places.ts";
import type { Machine } from "../harness.ts";

/** What a package is made of; a build names it. */
const sources = [
  "dist/app.cjs",
  "dist/cli.cjs",
  "dist/quick.cjs",
  "package.json",
  "README.md",
  "tools/package-deb.mjs",
  "packaging/debian/postrm",
  "tools/deb/parts.mjs",
];

/** A package in a directory of its own. */
async function made(kind: "deb" | "npm", make: (into: string) => Promise<unknown>): Promise<string> {
  const root = checkout();
  if (!existsSync(join(root, "dist/types/index.d.ts"))) throw new Error("this build has no types: npm run build");
  const hash = createHash("sha256").update(process.version);
  for (const file of sources) hash.update(readFileSync(join(root, file)));
  const directory = join(labCache(), "packages", `${kind}-${hash.digest("hex").slice(0, 16)}`);
  await withLock(`${directory}.lock`, async () => {
    if (existsSync(directory)) return;
    const making = `${directory}.making-${process.pid}`;
    mkdirSync(making, { recursive: true });
    await make(making);
    renameSync(making, directory);
  });
  return join(directory, readdirSync(directory)[0] ?? "");
}

/** As `npm run package:deb` makes it. */
export const makeDeb = (into: string, environment: Readonly<Record<string, string>> = {}) => {
  const argv = [join(checkout(), "tools/package-deb.mjs"), "--dist", join(checkout(), "dist"), "--out", into];
  return must([process.execPath, ...argv], { timeout: 300_000, env: { ...process.env, ...environment } });
};

export const debPackage = (): Promise<string> => made("deb", makeDeb);

/** As `npm pack` makes it, of the build that is there. */
export const npmPackage = (): Promise<string> =>
  made("npm", (into) =>
    must(["npm", "pack", "--ignore-scripts", "--pack-destination", into, checkout()], { timeout: 120_000 }),
  );

/** Copies a file of this machine to a host. */
export const bring = (host: Machine, file: string, to: string): Promise<void> => host.put(to, readFileSync(file));

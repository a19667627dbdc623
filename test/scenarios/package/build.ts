/** The packages of the build that is tested, made once for all scenarios that install one. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "../../../lab/exec.ts";
import { withLock } from "../../../lab/lock.ts";
import { checkout, labCache } from "../../../lab/places.ts";
import type { Machine } from "../harness.ts";

/** What a package is made of, and what makes it: its hash names what was made. */
const sources = [
  "dist",
  "docs",
  "examples",
  "packaging",
  "tools/deb",
  "LICENSE",
  "README.md",
  "package.json",
  "package-lock.json",
  "tools/notices.mjs",
  "tools/package-deb.mjs",
];

function hashOfSources(): string {
  const hash = createHash("sha256").update(process.version);
  for (const source of sources) {
    const at = join(checkout(), source);
    const inside = statSync(at).isDirectory() ? readdirSync(at, { recursive: true }).map(String).sort() : [""];
    for (const name of inside) {
      const file = join(at, name);
      if (statSync(file).isFile()) hash.update(`${source}/${name}\n`).update(readFileSync(file));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** A package in a directory of its own. */
async function made(kind: "deb" | "npm", make: (into: string) => Promise<unknown>): Promise<string> {
  const root = checkout();
  if (!existsSync(join(root, "dist/types/index.d.ts"))) throw new Error("this build has no types: npm run build");
  const directory = join(labCache(), "packages", `${kind}-${hashOfSources()}`);
  await withLock(`${directory}.lock`, async () => {
    if (existsSync(directory)) return utimesSync(directory, new Date(), new Date());
    const making = `${directory}.making-${process.pid}`;
    mkdirSync(making, { recursive: true });
    await make(making);
    renameSync(making, directory);
    removeFormer(kind, directory);
  });
  return join(directory, readdirSync(directory)[0] ?? "");
}

/** Of former builds, which nobody tests any more: not what another checkout's run has used within the hour. */
function removeFormer(kind: string, directory: string): void {
  for (const name of readdirSync(dirname(directory)).filter((one) => one.startsWith(`${kind}-`))) {
    const path = join(dirname(directory), name);
    const hours = (Date.now() - statSync(path).mtimeMs) / 3_600_000;
    if (hours > 1) rmSync(path, { recursive: true });
  }
}

/** As `npm run package:deb` makes it. */
export const makeDeb = (
  into: string,
  environment: Readonly<Record<string, string>> = {},
  dist = join(checkout(), "dist"),
) => {
  const argv = [join(checkout(), "tools/package-deb.mjs"), "--dist", dist, "--out", into];
  return must([process.execPath, ...argv], {
    timeout: 300_000,
    env: { ...process.env, SOURCE_DATE_EPOCH: "1700000000", ...environment },
  });
};

export const debPackage = (): Promise<string> => made("deb", (into) => makeDeb(into));

/** As `npm pack` makes it, of the build that is there. */
export const npmPackage = (): Promise<string> =>
  made("npm", (into) =>
    must(["npm", "pack", "--ignore-scripts", "--pack-destination", into, checkout()], { timeout: 120_000 }),
  );

/** Copies a file of this machine to a host. */
export const bring = (host: Machine, file: string, to: string): Promise<void> => host.put(to, readFileSync(file));

/** The Node that the package brings: one file, whatever runs this build, if it can run on other machines. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** Libraries that every Node of nodejs.org is linked with, and the Debian packages that bring them; null: libc6, see below. */
const libraries = {
  "ld-linux-aarch64.so.1": null,
  "ld-linux-x86-64.so.2": null,
  "libatomic.so.1": "libatomic1",
  "libc.so.6": null,
  "libdl.so.2": null,
  "libgcc_s.so.1": "libgcc-s1",
  "libm.so.6": null,
  "libpthread.so.0": null,
  "libstdc++.so.6": "libstdc++6",
};

/** @throws Error where it cannot be passed on: linked with more than others have, too old, or without its licence */
export function bundledNode(given) {
  const file = realpathSync(given);
  const version = execFileSync(file, ["--version"], { encoding: "utf8" }).trim().slice(1);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`Node ${version} is too old: 20.19 or newer is needed`);
  return { file, version, licence: licenceOf(file), depends: dependsOf(file) };
}

/** What it needs of Debian. That of nodejs.org needs little; Debian's own is linked with libraries of its one release. */
function dependsOf(file) {
  const linked = execFileSync("ldd", [file], { encoding: "utf8" });
  const needed = [...linked.matchAll(/^\t(?:\S*\/)?(\S+)/gm)]
    .map(([, name]) => name)
    .filter((name) => !/^linux-(?:vdso|gate)/.test(name));
  const unknown = needed.filter((name) => !(name in libraries));
  if (unknown.length > 0) {
    const use = "use the Node of nodejs.org: --node FILE";
    throw new Error(
      `${file} is linked with ${unknown.join(", ")}, which other releases of Debian may not have; ${use}`,
    );
  }
  const packages = new Set(needed.map((name) => libraries[name]).filter((name) => name !== null));
  return [`libc6 (>= ${newestGlibc(file)})`, ...[...packages].sort()];
}

/** Versions of symbols are named in the file: `GLIBC_2.28`. */
function newestGlibc(file) {
  const minors = [...readFileSync(file, "latin1").matchAll(/GLIBC_2\.(\d+)\0/g)].map(([, minor]) => Number(minor));
  if (minors.length === 0) throw new Error(`${file} names no version of glibc`);
  return `2.${Math.max(...minors)}`;
}

/** As archives of nodejs.org, and as packages have it. */
function licenceOf(file) {
  const prefix = dirname(dirname(file));
  const places = ["LICENSE", "share/doc/nodejs/LICENSE", "share/doc/node/LICENSE"].map((name) => join(prefix, name));
  const found = places.find((place) => existsSync(place) && readFileSync(place, "utf8").includes("Node.js"));
  if (found === undefined)
    throw new Error(`the licence of ${file} is at none of ${places.join(", ")}: it cannot be passed on`);
  return readFileSync(found, "utf8");
}

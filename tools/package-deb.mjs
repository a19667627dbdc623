#!/usr/bin/env node
/**
 * `npm run package:deb`: a Debian package for Debian 12 and 13, of the architecture of this machine. What it is made of and
 * why: docs/design/packages.md. The same commit and the same Node give the same bytes.
 *
 *   npm run package:deb [-- --out DIR] [--dist DIR] [--node FILE]
 *
 *   --out   where the package goes; default the checkout
 *   --dist  a build that is there, instead of one of its own
 *   --node  the Node to bring; default the one that runs this
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { bundledModules } from "./deb/modules.mjs";
import { bundledNode } from "./deb/node.mjs";
import { controlText, copyrightText, md5sums, setModes, setTimes } from "./deb/parts.mjs";
import { bundledPackages, noticeOf } from "./notices.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** Where the program lies on the host. */
const home = "usr/lib/stowage";

const { values } = parseArgs({
  options: { out: { type: "string" }, dist: { type: "string" }, node: { type: "string" } },
});

/** Seconds: of the commit, so that the package is the same whenever it is built. reproducible-builds.org's variable wins. */
function sourceDate() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  try {
    const git = ["-C", root, "log", "-1", "--format=%ct"];
    return Number(execFileSync("git", git, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  } catch {
    throw new Error(
      "this is no git checkout: set SOURCE_DATE_EPOCH to the seconds that the package shall be dated with",
    );
  }
}

function build(dist) {
  if (values.dist !== undefined) {
    for (const part of ["types/index.d.ts", "man"]) {
      if (!existsSync(join(values.dist, part))) throw new Error("this build has no types: npm run build");
    }
    return cpSync(resolve(values.dist), dist, { recursive: true });
  }
  const argv = [join(root, "tools/build.mjs"), "--out", dist];
  execFileSync(process.execPath, argv, { stdio: "inherit", cwd: root });
}

/** The entry is a program of sh's at first (src/cli/entry.sh): here it knows which Node it is for. */
function bringOwnNode(dist) {
  const entry = join(dist, "cli.cjs");
  const [before, after, ...more] = readFileSync(entry, "utf8").split('\nexec node "$0" "$@"\n');
  if (after === undefined || more.length > 0) throw new Error(`${entry} does not start Node as it did`);
  writeFileSync(entry, `${before}\nexec /${home}/node "$0" "$@"\n${after}`);
  // The same for who calls it by that name, with whatever Node there is.
  rmSync(join(dist, "cli.js"), { force: true });
}

function writeProgram(stage, node, modules) {
  const at = (path) => join(stage, home, path);
  // Before the build, which uses some of them.
  for (const { from, to } of modules.files) {
    mkdirSync(dirname(at(to)), { recursive: true });
    cpSync(from, at(to), { recursive: true });
  }
  build(at("dist"));
  bringOwnNode(at("dist"));
  cpSync(join(root, "package.json"), at("package.json"));
  cpSync(node.file, at("node"));
  mkdirSync(join(stage, "usr/bin"), { recursive: true });
  symlinkSync("../lib/stowage/dist/cli.cjs", join(stage, "usr/bin/stowage"));
}

function writeDocs(stage, node, modules) {
  const docs = join(stage, "usr/share/doc/stowage");
  mkdirSync(docs, { recursive: true });
  const names = new Set([...bundledPackages(join(stage, home, "dist")), ...Object.keys(modules.directories)]);
  const notices = [...names]
    .sort()
    .map((name) => ({ ...noticeOf(name, modules.directory), directories: modules.directories[name] }));
  const licence = readFileSync(join(root, "LICENSE"), "utf8");
  writeFileSync(join(docs, "copyright"), copyrightText({ licence, node, notices }));
  cpSync(join(root, "README.md"), join(docs, "README.md"));
  cpSync(join(root, "docs"), join(docs, "docs"), { recursive: true });
  cpSync(join(root, "examples"), join(docs, "examples"), { recursive: true });
}

const shells = {
  "stowage.bash": "usr/share/bash-completion/completions/stowage",
  _stowage: "usr/share/zsh/vendor-completions/_stowage",
  "stowage.fish": "usr/share/fish/vendor_completions.d/stowage.fish",
};

/** Man pages and completions, where Debian's programs look for them. */
function writeHelp(stage) {
  const built = (name) => join(stage, home, "dist", name);
  const put = (file, content) => {
    mkdirSync(dirname(join(stage, file)), { recursive: true });
    writeFileSync(join(stage, file), content);
  };
  for (const page of readdirSync(built("man"))) {
    put(`usr/share/man/man1/${page}.gz`, gzipSync(readFileSync(join(built("man"), page)), { level: 9 }));
  }
  for (const [name, file] of Object.entries(shells)) put(file, readFileSync(join(built("completion"), name)));
  for (const moved of ["man", "completion"]) rmSync(built(moved), { recursive: true });
}

function writeControl(stage, node, architecture) {
  const control = join(stage, "DEBIAN");
  mkdirSync(control);
  const size = Number(
    execFileSync("du", ["-sk", "--apparent-size", join(stage, "usr")], { encoding: "utf8" }).split("\t")[0],
  );
  writeFileSync(join(control, "control"), controlText({ manifest, node, architecture, size }));
  writeFileSync(join(control, "md5sums"), md5sums(stage));
  cpSync(join(root, "packaging/debian/postrm"), join(control, "postrm"));
  chmodSync(join(control, "postrm"), 0o755);
}

function main() {
  process.umask(0o022);
  const node = bundledNode(values.node ?? process.execPath);
  const architecture = { x64: "amd64", arm64: "arm64" }[process.arch];
  if (architecture === undefined) throw new Error(`no package is made for ${process.arch}`);
  const modules = bundledModules(root, manifest);
  const date = sourceDate();
  const work = mkdtempSync(join(process.env.TMPDIR ?? "/tmp", "stowage-deb-"));
  try {
    const stage = join(work, "stage");
    writeProgram(stage, node, modules);
    writeDocs(stage, node, modules);
    writeHelp(stage);
    setModes(stage);
    writeControl(stage, node, architecture);
    setTimes(stage, date);
    const file = join(resolve(values.out ?? root), `stowage_${manifest.version}_${architecture}.deb`);
    // One thread: how many there are would be seen in the bytes. Twelve: a tenth more than the best, in a tenth of the time.
    const compression = ["-Zzstd", "-z12", "--threads-max=1"];
    const env = { ...process.env, SOURCE_DATE_EPOCH: `${date}`, LC_ALL: "C" };
    execFileSync("dpkg-deb", ["--root-owner-group", ...compression, "--build", stage, file], { env, stdio: "pipe" });
    console.log(file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

main();

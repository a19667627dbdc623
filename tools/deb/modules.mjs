/** The npm packages with native programs that the package brings: what they run with, and nothing else of them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Of those that have more than that: what is needed. The rest is for other platforms, or twice. */
const needed = {
  esbuild: ["package.json", "LICENSE.md", "lib/main.js"],
  "oxc-parser": ["package.json", "LICENSE", "src-js"],
};

/** @returns the files, as they lie here and as they shall lie below the program, and by package the directories that have them */
export function bundledModules(root, { dependencies }) {
  const directory = join(root, "node_modules");
  const files = [];
  const directories = {};
  for (const [name, version] of Object.entries(dependencies)) {
    const found = packageOf(directory, name);
    if (found.version !== version)
      throw new Error(`${name} ${found.version} is installed, and not ${version}: npm install`);
    const parts = needed[name];
    if (parts === undefined) throw new Error(`which files of ${name} are needed is not said in tools/deb/modules.mjs`);
    files.push(...parts.map((part) => file(directory, join(name, part))));
    const native = nativeOf(directory, name, found.optionalDependencies ?? {});
    files.push(file(directory, native));
    directories[name] = [name, native];
  }
  return { directory, files, directories };
}

const file = (directory, path) => ({ from: join(directory, path), to: join("node_modules", path) });

const packageOf = (directory, name) => JSON.parse(readFileSync(join(directory, name, "package.json"), "utf8"));

/** The one of its packages for this platform; with glibc, as every Debian. */
function nativeOf(directory, name, optional) {
  const native = Object.keys(optional).filter((one) => {
    if (!existsSync(join(directory, one))) return false;
    const { os = [], cpu = [], libc = ["glibc"] } = packageOf(directory, one);
    return os.includes("linux") && cpu.includes(process.arch) && libc.includes("glibc");
  });
  if (native.length !== 1)
    throw new Error(`${name} has ${native.length} native packages here, and not one: ${native.join(", ")}`);
  return native[0];
}

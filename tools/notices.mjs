/** The licences of what a build has in it of other people's: who passes it on passes them on, too. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** npm packages that are bundled into a built directory: esbuild marks where each of their files begins. */
export function bundledPackages(dist) {
  const names = new Set();
  for (const file of readdirSync(dist, { recursive: true }).filter((name) => /\.c?js$/.test(name))) {
    const marks = readFileSync(join(dist, file), "utf8").matchAll(
      /^ *\/\/ (?:[^\n]*\/)?node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm,
    );
    for (const [, name] of marks) names.add(name);
  }
  return [...names].sort();
}

/** The whole text of a package's licence; of one that names a licence without having its text, the text of that. */
export function noticeOf(name, modules = join(root, "node_modules")) {
  const directory = join(modules, name);
  const { version, license, author } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const own = readdirSync(directory).find((file) => /^(?:licen[cs]e|copying)(?:\.\w+)?$/i.test(file));
  const common = join(root, "packaging/licences", `${license}.txt`);
  if (own === undefined && !existsSync(common))
    throw new Error(`${name} has no licence that can be passed on: ${license}`);
  const by = typeof author === "object" ? author.name : author;
  const text =
    own === undefined ? `By ${by}.\n\n${readFileSync(common, "utf8")}` : readFileSync(join(directory, own), "utf8");
  return { name, version, license, text: `${text.trimEnd()}\n` };
}

export function noticesText(notices) {
  return notices
    .map(({ name, version, license, text }) => `== ${name} ${version} (${license})\n\n${text}`)
    .join("\n\n");
}

/** `THIRD-PARTY.txt` of a built directory. */
export function writeNotices(dist) {
  const names = bundledPackages(dist);
  if (names.length === 0) throw new Error(`${dist} seems to have nothing bundled: has the bundler's marking changed?`);
  const head = "The built programs have these packages in them.\n\n\n";
  writeFileSync(join(dist, "THIRD-PARTY.txt"), head + noticesText(names.map((name) => noticeOf(name))));
}

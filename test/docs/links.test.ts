/** Links of the documentation lead somewhere: to files, and to headings in them. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const pages = ["README.md", ...below("docs"), ...below("examples")].filter((path) => path.endsWith(".md"));

function below(directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: "utf8" })
    .filter((path) => !path.includes("node_modules"))
    .map((path) => join(directory, path));
}

/** As the usual renderers name headings. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

const read = (path: string): string => readFileSync(join(root, path), "utf8");

test.each(pages)("%s", (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  const broken = links.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (relative(root, join(root, file)).startsWith("..") || !existsSync(join(root, file))) return true;
    return anchor !== undefined && (statSync(join(root, file)).isDirectory() || !anchors(read(file)).includes(anchor));
  });
  expect(broken).toEqual([]);
});

test("every page of docs is reached from its index", () => {
  const index = read("docs/README.md");
  const missing = pages
    .filter((page) => page.startsWith("docs/") && page !== "docs/README.md")
    .filter((page) => !index.includes(`(${page.slice("docs/".length)})`));
  expect(missing).toEqual([]);
});

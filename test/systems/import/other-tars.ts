/** Other versions of GNU tar than the one that is here, as far as they write something else. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Writes device numbers of what is no device as the other versions of tar do: empty, or digits. */
const otherTar = (digits: string) => `#!/usr/bin/env node
const args = process.argv.slice(2);
const [file] = args.splice(args.indexOf("-cf") + 1, 1, "-");
const bytes = require("node:child_process").execFileSync(process.env.REAL_TAR, args);
for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
  const size = parseInt(bytes.toString("latin1", at + 124, at + 135), 8);
  for (const place of [329, 337]) bytes.fill(0, at + place, at + place + 8).write("${digits}", at + place);
  bytes.fill(" ", at + 148, at + 156);
  const sum = bytes.subarray(at, at + 512).reduce((all, byte) => all + byte, 0);
  bytes.write(sum.toString(8).padStart(6, "0") + "\\0 ", at + 148);
  at += 512 + Math.ceil(size / 512) * 512;
}
require("node:fs").writeFileSync(file === "-" ? 1 : file, bytes);
`;

/** What comes out of a small tree with each of them. */
export async function byOtherTars<T>(work: (tree: string, place: string) => Promise<T>): Promise<T[]> {
  const directory = mkdtempSync(join(tmpdir(), "stowage-tars-"));
  const [path, tree] = [process.env.PATH, `${directory}/tree`];
  const all: T[] = [];
  try {
    mkdirSync(tree);
    writeFileSync(`${tree}/file`, "text");
    process.env.REAL_TAR = execFileSync("sh", ["-c", "command -v tar"], { encoding: "utf8" }).trim();
    process.env.PATH = `${directory}:${path}`;
    for (const digits of ["", "0000000"]) {
      writeFileSync(`${directory}/tar`, otherTar(digits), { mode: 0o755 });
      const place = `${directory}/place-${digits}`;
      mkdirSync(place);
      all.push(await work(tree, place));
    }
  } finally {
    process.env.PATH = path;
    delete process.env.REAL_TAR;
    rmSync(directory, { recursive: true });
  }
  return all;
}

import { readdirSync, readFileSync } from "node:fs";

/** Lines of every process's mounts that name the path, and command lines that do. */
export function tracesOf(path: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) =>
      ["mounts", "cmdline"].flatMap((file) => {
        try {
          const text = readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", " ");
          return text.split("\n").filter((line) => line.includes(path));
        } catch {
          return []; // It has ended meanwhile.
        }
      }),
    );
}

/**
 * What of a command's writing a file system need not keep when the power fails: found in its system calls alone, by the
 * letter of fsync(2). A file's content is kept once the file was synced, a name once its directory was, all of a file
 * system by syncfs(2). ext4 gives more: it keeps names together with any file that is synced after them.
 */
import { dirname, join } from "node:path";

/** System calls that write content, change names or sync. */
export const traced = [
  ...["?open", "openat", "?creat", "write", "pwrite64", "writev", "copy_file_range", "sendfile", "ftruncate", "close"],
  ...[
    "?rename",
    "renameat",
    "renameat2",
    "?unlink",
    "unlinkat",
    "?rmdir",
    "?mkdir",
    "mkdirat",
    "?symlink",
    "symlinkat",
  ],
  ...["?link", "linkat", "fsync", "?fdatasync", "syncfs", "chdir", "fchdir"],
].join(",");

interface Begun {
  readonly text: string;
  readonly unsynced: readonly string[];
}

export class Unsynced {
  /** Files with content that may be lost. */
  readonly contents = new Set<string>();
  /** Names, of files and directories, that may be lost, or there again. */
  readonly names = new Set<string>();
  readonly #isOf: (path: string) => boolean;
  readonly #begun = new Map<string, Begun>();

  /** @param isOf whether a path is of interest */
  constructor(isOf: (path: string) => boolean) {
    this.#isOf = isOf;
  }

  /** @param line of strace -f -y: `<process> <call>(…) = …`; in two parts where another process came in between */
  see(line: string): void {
    const [, pid = "", text = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const begun = / <unfinished \.\.\.>$/.exec(text);
    const resumed = /^<\.\.\. \w+ resumed>/.exec(text);
    if (begun) this.#begun.set(pid, { text: text.slice(0, begun.index), unsynced: this.all() });
    else if (resumed)
      this.#call((this.#begun.get(pid)?.text ?? "") + text.slice(resumed[0].length), this.#begun.get(pid));
    else this.#call(text);
  }

  /** A line for each thing that may be lost. */
  all(): string[] {
    return [...this.contents].map((path) => `content of ${path}`).concat([...this.names].sort());
  }

  /** @param begun what there was when the call began: what came later need not be synced by it */
  #call(line: string, begun?: Begun): void {
    const [, name = "", args = "", result = ""] = /^(\w+)\((.*)\) += (.*)$/.exec(line) ?? [];
    if (name === "" || result.startsWith("-1") || result.startsWith("?")) return;
    const call = name.replace(/at2?$/, "");
    const [first = "", second = ""] = pathsOf(args);
    if (call === "fsync" || call === "fdatasync") this.#synced(descriptor(args));
    else if (call === "syncfs") this.#allSynced(begun?.unsynced ?? this.all());
    else if (call === "rename") this.#renamed(first, second);
    else if (call === "link") this.#named(second);
    else if (call === "symlink") this.#named(pathsOf(args).at(-1) ?? "");
    else if (call === "mkdir") this.#named(first);
    else if (call === "unlink" || call === "rmdir") this.#removed(first);
    else if (call === "open" || call === "creat") this.#opened(first, args);
    else if (/^(write|pwrite64|writev|ftruncate|sendfile)$/.test(name)) this.#add(this.contents, descriptor(args));
    else if (name === "copy_file_range") this.#add(this.contents, descriptor(args.replace(/^.*?>, [^,]*, /, "")));
  }

  #add(set: Set<string>, path: string): void {
    if (path !== "" && this.#isOf(path)) set.add(path);
  }

  #named(path: string): void {
    this.#add(this.names, path);
  }

  #opened(path: string, args: string): void {
    if (!/O_CREAT|O_TRUNC/.test(args)) return;
    // With O_CREAT alone nobody knows whether it was there. Its name counts as new.
    if (args.includes("O_CREAT")) this.#named(path);
    if (args.includes("O_TRUNC")) this.#add(this.contents, path);
  }

  #removed(path: string): void {
    for (const set of [this.contents, this.names]) for (const one of below(set, path)) set.delete(one);
    this.#named(path);
  }

  #renamed(from: string, to: string): void {
    for (const set of [this.contents, this.names]) {
      for (const one of below(set, to)) set.delete(one);
      for (const one of below(set, from)) {
        set.delete(one);
        set.add(to + one.slice(from.length));
      }
    }
    this.#named(from);
    this.#named(to);
  }

  #synced(path: string): void {
    this.contents.delete(path);
    for (const name of this.names) if (dirname(name) === path) this.names.delete(name);
  }

  #allSynced(those: readonly string[]): void {
    for (const one of those) {
      if (one.startsWith("/")) this.names.delete(one);
      else this.contents.delete(one.slice("content of ".length));
    }
  }
}

const below = (set: ReadonlySet<string>, path: string): string[] =>
  [...set].filter((one) => one === path || one.startsWith(`${path}/`));

/** The file of a descriptor that comes first: `3</etc/hosts>`. */
const descriptor = (args: string): string => /^\d+<([^>]*)>/.exec(args)?.[1] ?? "";

/** The paths among the arguments, each with the directory it is relative to. */
function pathsOf(args: string): string[] {
  return [...args.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g)].map(([, at = "", path = ""]) =>
    join(path.startsWith("/") ? "/" : at, path),
  );
}

/**
 * Runs the command under strace: once to learn its calls, then with a fault at one of them. A call is named by what it is
 * and by how many of that name came before it in the same process. Facts: strace(1), "Tampering".
 */
const { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { basename } = require("node:path");
const { run } = require("./machine.cjs");

const log = "/root/faults/log";
const shims = "/root/faults/bin";

/** Calls that change a file system, or make a change durable; of openat those that write. */
const changing =
  "openat write pwrite64 writev rename renameat renameat2 unlink unlinkat rmdir mkdir mkdirat symlink symlinkat link " +
  "linkat fsync fdatasync syncfs ftruncate truncate chmod fchmod fchmodat chown fchown fchownat lchown utimensat mknodat " +
  "copy_file_range setxattr lsetxattr fsetxattr removexattr mount umount2 pivot_root";
/** Calls that only look. */
const looking =
  "stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents64 read pread64 close";

const isWriting = /O_WRONLY|O_RDWR|O_CREAT/;
/** Of write(2) and the like: to a file, not to a pipe, a socket, a terminal, /dev/null or whatever wakes a thread. */
const toFile = /^\w+\(\d+<\/(?!dev\/|proc\/)[^>]*>/;

function isChange(name, text) {
  if (name === "openat") return isWriting.test(text);
  if (/^(p?writev?|pwrite64|copy_file_range)$/.test(name)) return toFile.test(text);
  return !looking.split(" ").includes(name);
}

/** Each line of the log that begins a call, as process, name and text. */
function calls(text) {
  return text.split("\n").flatMap((line) => {
    const found = /^(\d+) +((\w+)\(.*)$/.exec(line);
    return found === null ? [] : [{ pid: found[1], name: found[3], text: found[2] }];
  });
}

/** The calls of one process, each with its number among those of its name. */
function numbered(all) {
  const counts = new Map();
  return all.map(({ name, text }) => {
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    return { name, nth, text };
  });
}

/** The programs that it started, by process: the last of a chain as `setpriv … cp`. */
function programs(all) {
  const found = new Map();
  for (const { pid, name, text } of all) {
    const path = name === "execve" && !text.includes("= -1") ? /^execve\("([^"]+)"/.exec(text)?.[1] : undefined;
    if (path !== undefined) found.set(pid, { path, from: 0 });
  }
  return found;
}

/**
 * Runs it to its end.
 * @param all also calls that only look
 * @returns where a fault can be: `{program, name, nth, text, changes, isOver}`; the program is null for the command
 *   itself; over: the next generation has become the current one before that
 */
async function record(argv, all) {
  const names = `execve,${(all ? `${changing} ${looking}` : changing).split(" ").join(",")}`;
  const strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "64", "-o", log, "-e", "signal=none"];
  const result = await run([...strace, "-e", `trace=?${names.split(",").join(",?")}`, ...argv]);
  if (result.code !== 0) throw new Error(`${argv.join(" ")}: ${result.code}\n${result.stdout}${result.stderr}`);
  const seen = calls(readFileSync(log, "utf8"));
  const main = seen[0].pid;
  const wanted = ({ name, text }) => name !== "execve" && (all || isChange(name, text));
  const own = numbered(seen.filter(({ pid }) => pid === main)).filter(wanted);
  const over = own.findLastIndex(({ name, text }) => name.startsWith("rename") && /generations\/current"/.test(text));
  const points = own.map((point, index) => {
    const isOver = over !== -1 && index > over;
    return { program: null, ...point, changes: isChange(point.name, point.text), isOver };
  });
  for (const [pid, { path }] of programs(seen)) {
    if (pid === main || /esbuild|node/.test(path)) continue;
    const mine = seen.filter((one) => one.pid === pid);
    const last = mine.findLastIndex(({ name }) => name === "execve");
    const changes = numbered(mine.slice(last + 1)).filter(
      ({ name, text }) => name !== "execve" && isChange(name, text),
    );
    points.push(...changes.map((point) => ({ program: path, ...point, changes: true, isOver: false })));
  }
  return points;
}

/** Under strace the program has the fault; one that it kills takes whoever started it along. */
const shim = (program, call, fault) => `#!/bin/sh
strace -qq -o ${log} -e trace=${call} -e inject=${call}:${fault} ${program} "$@"
status=$?
if [ $status -eq 137 ]; then kill -9 $PPID; fi
exit $status
`;

/**
 * A fault that hits what Node wakes its own threads with keeps it waiting for ever. This ends all of it; of a point in a
 * file it is told then, as an end by a signal. Facts: timeout(1).
 */
const limited = ["timeout", "--signal=KILL", "60"];

/**
 * Runs it with a fault at a point.
 * @param what as strace has it: `signal=KILL`, `error=ENOSPC`
 * @param onwards at all later calls of that name too
 * @returns code, stdout, stderr, and what was hit: null where it came to its end before
 */
async function strike(argv, { program, name, nth }, what, onwards = false) {
  const fault = `${what}:when=${nth}${onwards ? "+" : ""}`;
  rmSync(log, { force: true });
  rmSync(shims, { recursive: true, force: true });
  if (program !== null) {
    mkdirSync(shims, { recursive: true });
    writeFileSync(`${shims}/${basename(program)}`, shim(program, name, fault));
    chmodSync(`${shims}/${basename(program)}`, 0o755);
    const result = await run([...limited, ...argv], { PATH: `${shims}:${process.env.PATH}` });
    return { ...result, hit: struck(result) };
  }
  const strace = ["strace", "-f", "-b", "execve", "-qq", "-y", "-s", "64", "-o", log];
  const result = await run([
    ...limited,
    ...strace,
    "-e",
    "signal=none",
    "-e",
    `trace=${name}`,
    "-e",
    `inject=${name}:${fault}`,
    ...argv,
  ]);
  return { ...result, hit: struck(result) };
}

/** What strace says it did, or that it was killed over. */
function struck({ code }) {
  let lines;
  try {
    lines = readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return null;
  }
  const injected = lines.find((line) => line.includes("(INJECTED)"));
  if (injected !== undefined) return injected.replace(/^\d+ +/, "");
  if (code !== "SIGKILL") return null;
  return (lines.findLast((line) => /^(?:\d+ +)?\w+\(/.test(line)) ?? "a call").replace(/^\d+ +/, "");
}

module.exports = { record, strike };

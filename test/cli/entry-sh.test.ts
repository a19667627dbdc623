/** What sh does before Node: of many changes that begin at once, one gets to Node, and the others are told whose it is. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterEach, beforeEach, expect, test } from "vitest";
import { paintFor } from "../../src/cli/report/paint.ts";
import { problemText } from "../../src/cli/report/problems.ts";
import { busy } from "../../src/store/holder.ts";

const text = readFileSync(fileURLToPath(new URL("../../src/cli/entry.sh", import.meta.url)), "utf8");

let place: string;
let began: ChildProcess[];

beforeEach(() => {
  began = [];
  place = mkdtempSync(join(tmpdir(), "stowage-entry-"));
  mkdirSync(join(place, "run"));
  mkdirSync(join(place, "bin"));
  writeFileSync(
    join(place, "stowage"),
    text.replaceAll("/run ]", `${place}/above ]`).replaceAll("/run/stowage", `${place}/run`),
  );
  // In Node's place: says what it was given, and stays when it is to.
  writeFileSync(join(place, "bin/node"), `#!/bin/sh\nshift\necho "node $*"\n[ -z "$STAY" ] || exec sleep 60\n`);
  for (const program of ["stowage", "bin/node"]) chmodSync(join(place, program), 0o755);
});
afterEach(() => {
  for (const one of began) one.kill("SIGKILL");
  rmSync(place, { recursive: true, force: true });
});

const env = (path = process.env.PATH) => ({ PATH: `${place}/bin:${path}` });

function run(argv: readonly string[], path?: string) {
  const { status, stdout, stderr } = spawnSync(join(place, "stowage"), argv, { encoding: "utf8", env: env(path) });
  return { status, stdout, stderr };
}

/** One that goes on. */
async function begin(argv: readonly string[]): Promise<number> {
  const one = spawn(join(place, "stowage"), argv, {
    env: { ...env(), STAY: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  began.push(one);
  await once(one.stdout!, "data");
  return one.pid!;
}

const toNode = (argv: readonly string[]) => ({ status: 0, stdout: `node ${argv.join(" ")}\n`, stderr: "" });

test("the second is told by whom, in the words of the lock itself", async () => {
  const pid = await begin(["switch"]);
  for (const argv of [["switch"], ["boot"], ["test"], ["rollback"], ["gc"], ["switch", "-c", "a b.ts"]]) {
    const { status, stdout, stderr } = run(argv);
    expect({ status, stdout }).toEqual({ status: 75, stdout: "" });
    const since = /since (.*)\n/.exec(stderr)?.[1] ?? "";
    const [problem] = busy(join(place, "run/lock"), argv[0]!, {
      pid,
      verb: "switch",
      since: Date.parse(since),
    }).problems;
    expect(stderr).toBe(problemText(problem!, paintFor({ isTTY: false } as never, {}, true)));
  }
  for (const name of ["gate", "lock"]) expect(statSync(join(place, "run", name)).mode & 0o777).toBe(0o600);
});

test("everything that is not plainly a change goes on to Node as it is", async () => {
  await begin(["gc"]);
  for (const argv of [
    ["switch", "--wait"],
    ["switch", "--json"],
    ["switch", "--help"],
    ["switch", "-c"],
    ["-c", "host.ts", "switch"],
    ["rollback", "3"],
    ["plan"],
    ["*", "$(id)", "a  b"],
    [],
  ])
    expect(run(argv)).toEqual(toNode(argv));
});

test("one who was killed is in nobody's way, whatever its name still says", async () => {
  const pid = await begin(["switch"]);
  const [first] = began;
  first!.kill("SIGKILL");
  await once(first!, "exit");
  expect(readFileSync(join(place, "run/gate"), "utf8")).toBe(`${pid} switch\n`);
  expect(run(["switch"])).toEqual(toNode(["switch"]));
});

test("a holder that is not who the text says: Node decides", async () => {
  const holder = spawn("flock", ["--no-fork", join(place, "run/lock"), "sh", "-c", "echo held; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  began.push(holder);
  await once(holder.stdout!, "data");
  for (const written of [null, "", "\n", "junk", `${process.pid} switch\n`]) {
    if (written !== null) writeFileSync(join(place, "run/gate"), written);
    expect(run(["switch"])).toEqual(toNode(["switch"]));
  }
  // One that is Node has written its name itself: it is Node that tells, at once.
  writeFileSync(join(place, "run/lock"), `${holder.pid} switch 1763800000000\n`);
  expect(run(["switch"])).toEqual(toNode(["switch"]));
});

test("the first one of a boot makes the directory, for everybody to look at", async () => {
  rmSync(join(place, "run"), { recursive: true });
  mkdirSync(join(place, "above"));
  await begin(["switch"]);
  expect(statSync(join(place, "run")).mode & 0o777).toBe(0o755);
  expect(run(["switch"]).status).toBe(75);
});

test("Node knows that the lock is held for it: it needs no program to take it", async () => {
  await build({
    entryPoints: [fileURLToPath(new URL("../../src/store/lock.ts", import.meta.url))],
    outfile: join(place, "lock.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
  });
  writeFileSync(
    join(place, "take.mjs"),
    `import { readFileSync } from "node:fs";
import { takeSwitchLock } from "./lock.mjs";
const [run] = process.argv.slice(2);
const layout = { state: run + "/state", cache: run + "/cache", run };
const take = () => takeSwitchLock(layout, "switch").then(() => "taken", (error) => error.problems?.[0].code ?? String(error));
console.log(await take(), readFileSync(run + "/lock", "utf8").startsWith(process.pid + " switch "), await take());`,
  );
  const take = (before: string) => {
    const argv = ["-c", `${before}exec "$0" "$@"`, process.execPath, join(place, "take.mjs"), join(place, "run")];
    // No flock(1) for Node.
    return spawnSync("/bin/sh", argv, { encoding: "utf8", env: { PATH: "/nowhere" } }).stdout;
  };
  const flock = "/usr/bin/flock -n 9; ";
  const lock = join(place, "run/lock");
  // Once only: what is taken by then is held by somebody, ourselves.
  expect(take(`exec 9>>${lock}; ${flock}`)).toMatch(/^taken true (?!taken)/);
  expect(take(`exec 9>>${lock}; `)).not.toContain("taken");
  expect(take(`exec 9>>${place}/other; ${flock}`)).not.toContain("taken");
  expect(take("")).not.toContain("taken");
});

test("without flock, or where nothing can be made: Node decides", () => {
  expect(run(["switch"], "/nowhere")).toMatchObject({ status: 0, stdout: "node switch\n" });
  rmSync(join(place, "run"), { recursive: true });
  expect(run(["switch"])).toEqual(toNode(["switch"]));
  expect(existsSync(join(place, "run"))).toBe(false);
});

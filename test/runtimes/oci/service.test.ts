import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { waitUntilStarted } from "../../../src/runtimes/oci/started.ts";
import type { Exec, UnitSection } from "../../../src/units/index.ts";
import { compiled, evaluated, problemsOf } from "../../compile/oci/evaluated.ts";

const web = { image: "localhost/web:1" };

function service(backend: "podman" | "docker", more: object = {}): UnitSection {
  const name = `${backend}-web.service`;
  const section = compiled({ ociContainers: { backend, containers: { web: { ...web, ...more } } } }).units[name]
    ?.sections.Service;
  if (section === undefined) throw new Error(`there is no ${name}`);
  return section;
}

/** Every command of a unit, with what cleans up quietly as what it runs. */
const commands = (section: UnitSection): string[][] =>
  Object.entries(section)
    .filter(([key]) => key.startsWith("Exec"))
    .flatMap(([, value]) => [value].flat() as Exec[])
    .map(({ exec }) => [...exec].slice(exec[0] === "/usr/bin/systemd-cat" ? exec.findIndex(isEngine) : 0));
const isEngine = (word: string): boolean => /^\/usr\/bin\/(podman|docker)$/.test(word);

describe("podman", () => {
  test("says itself when the container runs, in the unit's control group; its own output is nobody's", () => {
    const section = service("podman");
    expect(section).toMatchObject({
      Type: "notify",
      NotifyAccess: "all",
      Delegate: true,
      RuntimeDirectory: "podman-web",
      StandardOutput: "null",
      Restart: "always",
      TimeoutStopSec: "2min",
    });
    const [start, stop, after] = commands(section);
    expect(start).toEqual(expect.arrayContaining(["--cgroups=split", "--sdnotify=conmon", "-d", "--replace", "--rm"]));
    const idFile = "--cidfile=/run/podman-web/ctr-id";
    expect(stop).toEqual(["/usr/bin/podman", "stop", "--ignore", idFile]);
    expect(after).toEqual(["/usr/bin/podman", "rm", "-f", "--ignore", idFile]);
  });

  test("the container's output is podman's own where the log driver says so", () => {
    expect(service("podman", { logDriver: "passthrough" }).StandardOutput).toBeUndefined();
  });
});

describe("docker", () => {
  test("its command is what runs, and the container's start is waited for", () => {
    const section = service("docker");
    expect(section).toMatchObject({ Type: "exec", Restart: "always", TimeoutStopSec: "2min" });
    expect(section.StandardOutput).toBeUndefined();
    const [before, start, wait, stop, after] = commands(section);
    expect(before).toEqual(["/usr/bin/docker", "rm", "-f", "--", "web"]);
    expect(start).not.toContain("-d");
    expect(wait?.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
    expect(stop).toEqual(["/usr/bin/docker", "stop", "--", "web"]);
    expect(after).toEqual(before);
  });

  test("several networks are connected one after the other, before it starts", () => {
    const [, create, connect, start] = commands(service("docker", { networks: ["web", "db", "web"] }));
    expect(create?.slice(0, 2)).toEqual(["/usr/bin/docker", "create"]);
    expect(create?.filter((word) => word.startsWith("--network"))).toEqual(["--network=web"]);
    expect(connect).toEqual(["/usr/bin/docker", "network", "connect", "--", "db", "web"]);
    expect(start).toEqual(["/usr/bin/docker", "start", "--attach", "--", "web"]);
    const [, run] = commands(service("docker", { networks: ["web", "name=db,alias=x"] }));
    expect(run?.filter((word) => word.startsWith("--network"))).toEqual(["--network=web", "--network=name=db,alias=x"]);
  });

  test("has no settings of podman's", () => {
    const definitions = { ociContainers: { backend: "docker", containers: { web: { ...web, podman: {} } } } };
    expect(problemsOf(definitions)).toEqual(["ociContainers.containers.web.podman is set, and the backend is docker"]);
  });
});

describe.each(["podman", "docker"] as const)("%s", (backend) => {
  test("a container that stays after its stop is not removed by it", () => {
    const section = service(backend, { autoRemoveOnStop: false });
    expect(section.ExecStopPost).toBeUndefined();
    expect(commands(section).flat()).not.toContain("--rm");
  });

  test("options of the engine itself hold for each of its commands", () => {
    const section = service(backend, { preRunExtraOptions: ["--log-level", "a b"] });
    const all = commands(section).map((words) => words.slice(words.findIndex(isEngine)));
    for (const words of all) expect(words.slice(1, 3)).toEqual(["--log-level", "a b"]);
  });

  test("a name that the engine would read as something else is a problem", () => {
    const found = (more: object) =>
      problemsOf({ ociContainers: { backend, containers: { web: { ...web, ...more } } } }).join("\n");
    expect(found({ environment: { "A=B": "x" } })).toContain('"A=B" cannot be a name in');
    expect(found({ labels: { " a": "x", "": "y" } })).toMatch(/^"" cannot[^\n]*\n" a" cannot/);
    expect(found({ capabilities: { NET_ADMN: true } })).toContain("there is no capability NET_ADMN");
    const fine = {
      environment: { "my.var-1": "x" },
      labels: { "a/b c": "x" },
      capabilities: { ALL: false, CAP_BPF: true },
    };
    expect(found(fine)).toBe("");
  });
});

describe("words that an engine or systemd would read otherwise are refused", () => {
  const issues = (more: object) => evaluated({ ociContainers: { containers: { web: { ...web, ...more } } } }).issues;

  test.each([
    [{ devices: ["/dev/a,b"] }],
    [{ devices: ["dev/a"] }],
    [{ volumes: ["./here:/there"] }],
    [{ volumes: ["data:there"] }],
    [{ cmd: ["a\u0000b"] }],
  ])("%j", (more) => expect(issues(more)).toHaveLength(1));

  test.each([
    [{ devices: ["/dev/fuse", "/dev/a:/dev/b:rw", "nvidia.com/gpu=all"] }],
    [{ volumes: ["data:/data", "/srv/my dir:/in:ro,z", "/a:/b:idmap=uids=@0-1000-1#1-2-3;gids=0-1-2"] }],
    [{ cmd: ["a\nb\t"] }],
  ])("%j is fine", (more) => expect(issues(more)).toEqual([]));
});

describe("waiting for docker's container", () => {
  const wait = (main: number, ...inspect: string[]) => {
    const [program = "", ...rest] = waitUntilStarted((...words) => [...inspect, ...words], "web");
    return spawnSync(program, rest, { env: { MAINPID: `${main}`, PATH: process.env.PATH }, timeout: 20_000 });
  };
  /** Counts the questions in a file, and answers each by a text for the shell. */
  const asking = (answer: (count: string) => string, use: (inspect: string[], asked: () => number) => void) => {
    const directory = mkdtempSync(join(tmpdir(), "asked-"));
    const file = join(directory, "asked");
    try {
      const script = `echo x >> "${file}"; ${answer(`$(wc -l < "${file}")`)}`;
      use(["/bin/sh", "-c", script], () => readFileSync(file, "utf8").split("\n").length - 1);
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

  test("ends when the container runs, and not before", () => {
    const main = spawn("sleep", ["60"]);
    try {
      asking(
        (count) => `if test "${count}" -lt 3; then echo false; else echo true; fi`,
        (inspect, asked) => {
          const { status, signal } = wait(main.pid as number, ...inspect);
          expect({ status, signal, asked: asked() }).toEqual({ status: 0, signal: null, asked: 3 });
        },
      );
    } finally {
      main.kill();
    }
  });

  test("goes on while the container does not run, and ends with the service's command", () => {
    // Its parent is a shell that reaps it: what has ended unseen by its parent is still there for kill(1).
    const shell = 'sleep 1 & MAINPID=$! "$@"; wait';
    asking(
      () => "echo false",
      (inspect, asked) => {
        const words = waitUntilStarted((...more) => [...inspect, ...more], "web");
        const { status, signal } = spawnSync("/bin/sh", ["-c", shell, "main", ...words], { timeout: 20_000 });
        expect({ status, signal }).toEqual({ status: 0, signal: null });
        expect(asked()).toBeGreaterThan(1);
      },
    );
    const ended = spawnSync("true");
    expect(wait(ended.pid, "/bin/false").status).toBe(0);
  });
});

/** What engines print, what they are given, and what tells a command inside from all else. */
import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { execArguments, marked } from "../../src/host/engine-exec.ts";
import { parseInspect, parseStates } from "../../src/host/engines.ts";

test("states of containers, as podman of Debian 12, podman of Debian 13 and docker say them", () => {
  const text = "web\tUp 1 second ago\ndb\trunning\nold\tExited (0) 3 days ago\nasleep\tPaused\nx,x/alias\texited\n";
  expect(Object.fromEntries(parseStates(text))).toEqual({
    web: "running",
    db: "running",
    old: "exited (0) 3 days ago",
    asleep: "paused",
    x: "exited",
    "x/alias": "exited",
  });
  expect(parseStates("").size).toBe(0);
});

test("a container, with the addresses that its networks gave it: IPv4 first, each once", () => {
  const networks = { a: { IPAddress: "10.88.0.2", GlobalIPv6Address: "fd00::2" }, b: { IPAddress: "10.89.0.2" } };
  const found = [
    { State: { Status: "running", Pid: 266 }, NetworkSettings: { IPAddress: "10.88.0.2", Networks: networks } },
  ];
  expect(parseInspect(JSON.stringify(found))).toEqual({
    state: "running",
    pid: 266,
    addresses: ["10.88.0.2", "10.89.0.2", "fd00::2"],
  });
  expect(parseInspect('[{"State":{"Status":"exited","Pid":0}}]')).toEqual({
    state: "exited",
    pid: null,
    addresses: [],
  });
  for (const nothing of ["", "[]", "null", "{}", "no"]) expect(parseInspect(nothing)).toBeNull();
});

test("a command is given as it is, after all that is the engine's", () => {
  const options = { user: "app:app", cwd: "/srv", env: ["A=b c", "B="], terminal: true };
  expect(execArguments("web", ["-x", "--", "$A"], "m", options)).toEqual([
    ...["exec", "--interactive", "--tty", "--user=app:app", "--workdir=/srv", "--env=A=b c", "--env=B="],
    ...["--env=STOWAGE_RUN=m", "--", "web", "-x", "--", "$A"],
  ]);
  expect(execArguments("web", ["true"], "m", { terminal: false })).toEqual([
    ...["exec", "--interactive", "--env=STOWAGE_RUN=m", "--", "web", "true"],
  ]);
});

test("whatever has the mark is found, and nothing else", async () => {
  const child = spawn("sleep", ["60"], { env: { ...process.env, STOWAGE_RUN: "mark-of-this-test" } });
  const other = spawn("sleep", ["60"], { env: { ...process.env, STOWAGE_RUN: "mark-of-this-test-too" } });
  try {
    await expect.poll(() => marked("mark-of-this-test")).toEqual([child.pid]);
  } finally {
    for (const one of [child, other]) one.kill("SIGKILL");
  }
});

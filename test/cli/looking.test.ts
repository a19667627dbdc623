import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { expanded } from "../../src/cli/commands/port.ts";
import { keyLine } from "../../src/cli/commands/show-host-key.ts";
import { sizeText, timeUsedText } from "../../src/cli/report/sizes.ts";
import { processorShare, type Usage, usageNow } from "../../src/cli/usage.ts";
import { container, World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const port = { container: "web", protocol: "tcp", hostPort: 8080, containerPort: 80 } as const;
const web = container("web", {
  addresses: ["10.233.1.2", "fd00::2"],
  ports: [
    port,
    { ...port, protocol: "udp", hostPort: 53, containerPort: 53, address: "127.0.0.1" },
    { ...port, hostPort: 90, containerPort: 90, interface: "eth0", address: "192.0.2.1" },
  ],
});

describe("port", () => {
  test("each with the port of the host, as docker prints it", async () => {
    world.containers(web);
    expect(await world.run("port", "web")).toEqual({
      code: 0,
      out: "80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n53/udp -> 127.0.0.1:53\n90/tcp -> 192.0.2.1:90 on eth0\n",
      err: "",
    });
    expect((await world.run("port", "web", "80")).out).toBe("0.0.0.0:8080\n[::]:8080\n");
    expect((await world.run("port", "web", "53/udp")).out).toBe("127.0.0.1:53\n");
    expect(JSON.parse((await world.run("port", "web", "90/tcp", "--json")).out)).toEqual([
      { containerPort: 90, protocol: "tcp", address: "192.0.2.1", hostPort: 90, interface: "eth0" },
    ]);
  });

  test("nothing leads there: code 1; none at all: nothing", async () => {
    world.containers(web, container("db"));
    const { code, out, err } = await world.run("port", "web", "53");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("no port of this host leads to port 53/tcp of container web");
    expect(await world.run("port", "db")).toEqual({ code: 0, out: "", err: "" });
    expect((await world.run("port", "db", "--json")).out).toBe("[]\n");
  });

  test.each(["0", "65536", "http", "80/icmp", "", "8080:80"])("%s is no port", async (text) => {
    world.containers(web);
    expect((await world.run("port", "web", text)).code).toBe(64);
  });

  test("many in a row; what is still to be chosen is none yet", () => {
    expect(expanded({ ...port, count: 2 }, [])).toEqual([
      { containerPort: 80, protocol: "tcp", address: "0.0.0.0", hostPort: 8080 },
      { containerPort: 81, protocol: "tcp", address: "0.0.0.0", hostPort: 8081 },
    ]);
    expect(expanded({ ...port, hostPort: 0 }, [])).toEqual([]);
    expect(expanded({ ...port, oneOf: 5 }, [])).toEqual([]);
    expect(expanded(port, ["fd00::2"]).map(({ address }) => address)).toEqual(["::"]);
  });
});

describe("of a container that is down, or that nobody knows", () => {
  test("top has nothing to list", async () => {
    world.containers(web);
    const { code, out, err } = await world.run("top", "web");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain('error[not-running]: the container "web" is not running');
  });

  test("stats: nothing where all was asked for, a row of dashes where it was named", async () => {
    world.containers(web);
    expect(await world.run("stats")).toEqual({ code: 0, out: "", err: "" });
    const rows = (await world.run("stats", "web")).out.split("\n").map((line) => line.split(/ {2,}/));
    expect(rows[1]).toEqual(["web", ...new Array(9).fill("-")]);
    expect(JSON.parse((await world.run("stats", "web", "--json")).out)).toMatchObject([
      { name: "web", running: false, cpu: null, memory: null, memorySource: null, processes: 0 },
    ]);
  });

  test("show-host-key: code 1, and why", async () => {
    world.containers(web, container("brief", { ephemeral: true }));
    const { code, out, err } = await world.run("show-host-key", "web");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("container web has no SSH host key");
    expect((await world.run("show-host-key", "brief")).err).toContain("stowage start brief");
  });

  test.each([["top"], ["stats"], ["show-host-key"], ["port"], ["show-ip"]])("%s: the nearest name", async (verb) => {
    world.containers(web);
    const { code, err } = await world.run(verb, "wbe");
    expect(code).toBe(1);
    expect(err).toContain("did you mean web?");
  });

  test.each([["top", "web"], ["stats"], ["show-host-key", "web"]])("%s needs root", async (...argv) => {
    world.uid = 1000;
    expect((await world.run(...argv)).code).toBe(77);
  });
});

test("show-ip as JSON", async () => {
  world.containers(web);
  expect(JSON.parse((await world.run("show-ip", "web", "--json")).out)).toEqual({ name: "web", address: "10.233.1.2" });
});

test("status: when it was last changed", async () => {
  world.containers(container("db"), web);
  world.containers(web);
  world.containers({ ...web, autoStart: true });
  world.containers({ ...web, autoStart: true }, container("db"));
  const { changed } = JSON.parse((await world.run("status", "web", "--json")).out);
  expect(changed).toEqual({ generation: 3, at: expect.stringMatching(/^\d{4}-/), byHand: null });
  expect((await world.run("status", "web")).out).toMatch(/^changed {4}in generation 3, \d{4}-/m);
  const db = JSON.parse((await world.run("status", "db", "--json")).out);
  expect(db).toMatchObject({ changed: { generation: 4 }, byHand: false, listening: null, source: "/srv/tree" });
});

test("a key is a key, and nothing that a terminal would obey", () => {
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== root@web";
  expect(keyLine(`${key}\nmore`)).toBe(key);
  expect(keyLine("ecdsa-sha2-nistp256 AAAA")).toBe("ecdsa-sha2-nistp256 AAAA");
  for (const text of ["", "root:x:0:0", "ssh-rsa AAAA \u001b[2J", "ssh-rsa", " ssh-rsa AAAA", "-----BEGIN KEY-----"]) {
    expect(keyLine(text)).toBeNull();
  }
});

describe("what a container uses", () => {
  const usage = (cpuTime: number | null): Usage => ({
    ...{ cpuTime, memory: null, memorySource: null, memoryLimit: null, processes: 1 },
    ...{ received: null, sent: null, read: null, written: null },
  });

  test("of one processor, between two looks", () => {
    expect(processorShare(usage(1000), usage(1500), 1000)).toBe(50);
    expect(processorShare(usage(1000), usage(3000), 1000)).toBe(200);
    expect(processorShare(undefined, usage(3000), 1000)).toBeNull();
    expect(processorShare(usage(null), usage(3000), 1000)).toBeNull();
    // Its group was made anew.
    expect(processorShare(usage(3000), usage(10), 1000)).toBeNull();
  });

  test("without controllers memory is a sum over processes, and says so", () => {
    const own = usageNow({ container: web, pid: process.pid, group: null });
    expect(own).toMatchObject({ cpuTime: null, processes: 1, read: null, written: null, received: null });
    expect(["pss", "rss"]).toContain(own.memorySource);
    expect(own.memory).toBeGreaterThan(10_000_000);
  });
});

test("amounts in words", () => {
  const bytes = [null, 0, 999, 1000, 1536, 9994, 99_949, 999_499, 999_500, 230_000_000, 4e15, 9e18];
  expect(bytes.map(sizeText)).toEqual([
    ...["-", "0 B", "999 B", "1 kB", "1.54 kB", "9.99 kB", "99.9 kB", "999 kB", "1 MB", "230 MB", "4 PB", "9000 PB"],
  ]);
  expect([0, 120, 59_990, 60_000, 3_723_000].map(timeUsedText)).toEqual(["0.00s", "0.12s", "59.99s", "1m 0s", "1h 2m"]);
});

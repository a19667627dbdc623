import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { container, World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

const web = container("web", {
  addresses: ["10.233.1.2", "fd00::2"],
  ports: [
    { container: "web", protocol: "tcp", hostPort: 8080, containerPort: 80 },
    { container: "web", protocol: "udp", hostPort: 53, containerPort: 53 },
  ],
});

const digest = `docker.io/library/app@sha256:${"0".repeat(64)}`;
const app = container("app", {
  kind: "oci",
  unit: "podman-app.service",
  ephemeral: true,
  oci: {
    engine: "podman",
    user: "alice",
    image: "docker.io/library/app:1",
    pinned: digest,
    source: {
      kind: "registry",
      login: { registry: "docker.io", username: "alice", passwordFile: "/run/secrets/registry" },
    },
  },
});

describe("list", () => {
  test("before the first switch there is nothing, and nothing is printed", async () => {
    expect(await world.run("list")).toEqual({ code: 0, out: "", err: "" });
    expect(JSON.parse((await world.run("list", "--json")).out)).toEqual([]);
  });

  test("one line for each container, sorted; a trusted one says so", async () => {
    world.containers(web, container("db", { isolation: "trusted", trustedBecause: ["it has macvlans", "it has tun"] }));
    const rows = (await world.run("ls")).out.split("\n").map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      ["NAME", "KIND", "ISOLATION", "STATE", "ADDRESS", "PORTS", "OPEN TO", "SINCE", "SYSTEM", "TRUSTED BECAUSE"],
      ["db", "system", "trusted", "down", "-", "-", "-", "-", "/srv/tree", "it has macvlans, it has tun"],
      [
        "web",
        "system",
        "isolated",
        "down",
        "10.233.1.2",
        "8080->80/tcp,53/udp",
        "other machines",
        "-",
        "/srv/tree",
        "-",
      ],
      [""],
    ]);
  });

  test("as JSON: everything that is known", async () => {
    world.containers(web);
    expect(JSON.parse((await world.run("list", "--json")).out)).toEqual([
      {
        name: "web",
        kind: "system",
        isolation: "isolated",
        trustedBecause: [],
        state: "down",
        health: null,
        addresses: ["10.233.1.2", "fd00::2"],
        ports: [
          { protocol: "tcp", hostPort: 8080, containerPort: 80, reach: "network" },
          { protocol: "udp", hostPort: 53, containerPort: 53, reach: "network" },
        ],
        ephemeral: false,
        autoStart: false,
        since: null,
        unit: "container@web.service",
        source: "/srv/tree",
        byHand: false,
        oci: null,
      },
    ]);
  });

  test("an OCI container, with its engine and image; where its password is is not told", async () => {
    world.containers(web, app);
    const rows = (await world.run("list")).out.split("\n").map((line) => line.split(/ {2,}/));
    expect(rows.slice(0, 2)).toEqual([
      ["NAME", "KIND", "ISOLATION", "STATE", "ADDRESS", "PORTS", "OPEN TO", "SINCE", "SYSTEM"],
      ["app", "oci", "isolated", "down", "-", "-", "-", "-", "docker.io/library/app:1"],
    ]);
    const [first] = JSON.parse((await world.run("list", "--json")).out);
    expect(first.oci).toEqual({ engine: "podman", user: "alice", image: "docker.io/library/app:1", pinned: digest });
  });
});

describe("list --all", () => {
  const names = (out: string) => JSON.parse(out).map(({ name, state }: Record<string, string>) => `${name} ${state}`);

  test("what is in a kept generation only, and what has a root only; the machine's first", async () => {
    world.containers(container("old"), app);
    world.containers(web);
    mkdirSync(`${world.directory}/state/containers/left/root`, { recursive: true });
    mkdirSync(`${world.directory}/state/containers/old/root`, { recursive: true });
    mkdirSync(`${world.directory}/state/containers/web/root`, { recursive: true });
    mkdirSync(`${world.directory}/state/containers/foreign`);
    writeFileSync(`${world.directory}/state/containers/podman.conf`, "");
    const { out } = await world.run("list", "--all", "--json");
    expect(names(out)).toEqual(["web down", "app gone", "left gone", "old gone"]);
    const root = (name: string) => `${world.directory}/state/containers/${name}/root`;
    expect(JSON.parse(out).slice(1)).toEqual([
      { name: "app", state: "gone", kind: "oci", generation: 1, root: null },
      { name: "left", state: "gone", kind: "system", generation: null, root: root("left") },
      { name: "old", state: "gone", kind: "system", generation: 1, root: root("old") },
    ]);
    const rows = (await world.run("ls", "-a")).out.split("\n").map((line) => line.split(/ {2,}/));
    expect(rows[0]?.at(-1)).toBe("LEFT");
    expect(rows.slice(2, 5).map((row) => [row[0], row[1], row[3], row.at(-1)])).toEqual([
      ["app", "oci", "gone", "generation 1"],
      ["left", "system", "gone", "its root"],
      ["old", "system", "gone", "generation 1, its root"],
    ]);
    expect(names((await world.run("list", "--json")).out)).toEqual(["web down"]);
  });

  test("what only a generation has that never became the machine's is not gone", async () => {
    world.containers(container("old"));
    world.containers(container("never"));
    rmSync(`${world.directory}/state/generations/2/switched`);
    world.containers(web);
    expect(names((await world.run("list", "--all", "--json")).out)).toEqual(["web down", "old gone"]);
  });

  test("a generation that cannot be read hides no other", async () => {
    world.containers(container("old"));
    world.containers(web);
    world.containers(web);
    const file = `${world.directory}/state/generations/2/generation.json`;
    writeFileSync(file, "{");
    expect(names((await world.run("list", "--all", "--json")).out)).toEqual(["web down", "old gone"]);
  });
});

test("list: what was made by hand says so, where there is any", async () => {
  world.containers(web, container("db", { made: true }));
  const rows = (await world.run("list")).out.split("\n").map((line) => line.split(/ {2,}/));
  expect(rows.slice(0, 3).map((row) => row.at(-1))).toEqual(["MADE", "by hand", "host.ts"]);
});

describe("status", () => {
  test("gone: the word first, code 1, the nearest name", async () => {
    world.containers(web);
    expect(await world.run("status", "wbe")).toEqual({ code: 1, out: "gone\n", err: "  did you mean web?\n" });
    expect(await world.run("status", "constructor")).toEqual({ code: 1, out: "gone\n", err: "" });
  });

  test("down: the word first, code 0, then what is known", async () => {
    world.containers(web);
    const { code, out } = await world.run("status", "web");
    expect(code).toBe(0);
    expect(out).toMatch(/^down\nunit {7}container@web\.service: down\n/);
    expect(out).toContain("ports      8080->80/tcp, 53/udp (for other machines too)\n");
  });

  test("of an OCI container its image, whose it is, and what is run", async () => {
    world.containers(app);
    const { out } = await world.run("status", "app");
    expect(out).toContain(`image      docker.io/library/app:1 (podman of alice)\n           ${digest}\n`);
    expect(out).not.toContain("system");
    expect(out).not.toContain("registry");
  });
});

test("status: ports of an OCI container, by who gets to them", async () => {
  const port = { container: "web", protocol: "tcp", hostPort: 8443, containerPort: 443 } as const;
  const oci = { engine: "docker", image: "nginx", user: "root", pinned: null, source: { kind: "pull" } };
  const ports = [...web.ports, { ...port, address: "127.0.0.1" }];
  world.containers({ ...web, kind: "oci", oci, ports } as unknown as typeof web);
  const { out } = await world.run("status", "web");
  expect(out).toContain(
    "ports      8080->80/tcp, 53/udp (for other machines too, past the firewall's rules for this host)\n" +
      "           127.0.0.1:8443->443/tcp (for this machine only)\n",
  );
});

describe("show-ip", () => {
  test("the address alone: IPv4 first", async () => {
    world.containers(web);
    expect(await world.run("show-ip", "web")).toEqual({ code: 0, out: "10.233.1.2\n", err: "" });
  });

  test("a container without one", async () => {
    world.containers({ ...web, addresses: [] });
    const { code, out, err } = await world.run("show-ip", "web");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("container web has no declared address");
  });
});

describe("a name that is none", () => {
  test.each(["start", "logs"])("%s: the nearest is offered; nothing is done for the others", async (verb) => {
    world.containers(web, container("db"));
    const { code, out, err } = await world.run(verb, "wbe");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/error\[(unknown-container|no-systemd)\]/);
  });

  test("run: all names are listed where none is near", async () => {
    world.containers(web, container("db"));
    expect((await world.run("run", "frontend", "--", "true")).err).toBe(
      'error[unknown-container]: there is no container "frontend"\n  there are: db, web\n',
    );
  });

  test("run: before the first switch", async () => {
    expect((await world.run("run", "web", "--", "true")).err).toContain("there are none: declare one");
  });
});

test("run: a variable without a value is refused, not taken from our own environment", async () => {
  world.containers(web);
  const { code, err } = await world.run("run", "web", "--env", "HOME", "--", "true");
  expect(code).toBe(64);
  expect(err).toContain('--env takes NAME=value, not "HOME"');
});

test("run: a directory that is not absolute is refused", async () => {
  world.containers(web);
  const { code, err } = await world.run("run", "web", "--cwd", "tmp", "--", "true");
  expect(code).toBe(64);
  expect(err).toContain('--cwd takes a path from /, not "tmp"');
});

describe("what is on disk", () => {
  test("a damaged generation is an error that names it", async () => {
    world.containers(web);
    const file = `${world.directory}/state/generations/1/generation.json`;
    writeFileSync(file, readFileSync(file, "utf8").slice(0, 100));
    const { code, err } = await world.run("list");
    expect(code).toBe(1);
    expect(err).toContain("error[bad-generation]");
    expect(err).toContain(file);
  });

  test("nothing is written by asking", async () => {
    await world.run("list");
    await world.run("status", "web");
    expect(readdirSync(world.directory)).toEqual([]);
  });
});

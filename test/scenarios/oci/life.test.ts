/** The life of an OCI container under switch, with either engine: what the verbs do with it, and what a switch does to it alone. */
import { expect } from "vitest";
import { loadImage, makeImage, putImage } from "../harness/oci-image.ts";
import { eventually, type Machine, onOneMachine } from "../harness.ts";

type EngineName = "podman" | "docker";

const image = "localhost/life:1";
const serve = ["sh", "-c", 'echo begun as $A; trap "exit 0" TERM; sleep infinity & wait'];
const ours = { image, pull: "never" };

const hostTs = (backend: EngineName, containers: object, system: object = {}): string => {
  const config = { containers: system, ociContainers: { backend, containers } };
  return `import { defineHost } from "stowage";\n\nexport default defineHost(${JSON.stringify(config, null, 2)});\n`;
};

const web = (A: string) => ({ ...ours, cmd: serve, environment: { A }, user: "app", workdir: "/tmp" });
const other = { ...ours, cmd: serve, environment: { A: "other" } };

class Stage {
  readonly host: Machine;
  readonly engine: EngineName;
  constructor(host: Machine, engine: EngineName) {
    this.host = host;
    this.engine = engine;
  }

  run = (of: string): Promise<string> => this.host.property(`${this.engine}-${of}.service`, "InvocationID");

  /** By the engine's own word. */
  async engineHas(name: string): Promise<boolean> {
    const { stdout } = await this.host.run([this.engine, "ps", "--format", "{{.Names}}"]);
    return stdout.split("\n").includes(name);
  }

  /** What is done leaves another container as it is. */
  async beside(name: string, work: () => Promise<unknown>): Promise<void> {
    const before = await this.run(name);
    await work();
    expect(await this.run(name)).toBe(before);
  }

  async value(): Promise<string> {
    return (await this.host.stowage(["run", "web", "--", "sh", "-c", "echo $A"])).trim();
  }
}

async function commands({ host, engine }: Stage): Promise<void> {
  const inside = (argv: readonly string[], input?: string) =>
    host.tryStowage(["run", "web", ...argv], input === undefined ? {} : { input });
  const odd = ["a b", "", "$HOME", "%n", "-x", 'say "hi"', "two\nlines", "ü"];
  expect((await inside(["--", "printf", "%s|", ...odd])).stdout).toBe(odd.map((one) => `${one}|`).join(""));
  // Whose it is, and where, unless told otherwise.
  expect((await inside(["--", "sh", "-c", "id -u; pwd; cat"], "from us\n")).stdout).toBe("1000\n/tmp\nfrom us\n");
  const flags = ["--user", "root", "--cwd", "/etc", "--env", "B=x=$y", "--"];
  expect((await inside([...flags, "sh", "-c", "id -u; pwd; echo $B"])).stdout).toBe("0\n/etc\nx=$y\n");
  expect((await inside(["--", "sh", "-c", "exit 7"])).code).toBe(7);
  const missing = await inside(["--", "nothing-of-that-name"]);
  expect([126, 127]).toContain(missing.code);
  // Docker 20.10 says it on standard output.
  expect(missing.stdout + missing.stderr).toContain("nothing-of-that-name");
  const line = "stowage run web -- sh -c 'test -t 0 && echo on a terminal; exit 3'";
  const shown = await host.run(["script", "--quiet", "--return", "--command", line, "/dev/null"]);
  expect([shown.code, shown.stdout]).toEqual([3, expect.stringContaining("on a terminal")]);
  // Interrupted, it ends inside too.
  await host.sh("stowage run web -- sleep 4711 >/dev/null 2>&1 & echo $! >/run/interrupted");
  await eventually(() => host.must(["pgrep", "-x", "-f", "sleep 4711"]));
  await host.sh("kill $(cat /run/interrupted)");
  await eventually(async () => expect((await host.run(["pgrep", "-x", "-f", "sleep 4711"])).code).toBe(1));
  const ip = (await host.stowage(["show-ip", "web"])).trim();
  expect(await host.must([engine, "exec", "web", "ip", "address"])).toContain(`inet ${ip}/`);
}

async function shown({ host, engine }: Stage): Promise<void> {
  const rows: { name: string; oci: unknown }[] = JSON.parse(await host.stowage(["list", "--json"]));
  expect(rows.find(({ name }) => name === "web")).toMatchObject({
    kind: "oci",
    state: "up",
    unit: `${engine}-web.service`,
    oci: { engine, image, user: "root" },
  });
  const status = JSON.parse(await host.stowage(["status", "web", "--json"]));
  expect(status).toMatchObject({ status: "up", oci: { engine, image } });
  expect(await host.sh(`tr '\\0' ' ' </proc/${status.pid}/cmdline`)).toContain("sleep infinity");
  expect(await host.stowage(["status", "web"])).toContain(`image      ${image} (${engine})`);
  await eventually(async () => expect(await host.stowage(["logs", "web"])).toMatch(/ web\[\d+\]: begun as 1\n/));
  const log = await host.stowage(["logs", "web"]);
  expect(log).toMatch(new RegExp(` host systemd\\[1\\]: Started ${engine}-web.service`));
  // Nor what the engine notes for itself, nor a line twice.
  expect(log).not.toMatch(/container (create|init|start)/);
  expect(log.split("begun as 1").length).toBe(2);
  const unit = await host.tryStowage(["logs", "web", "--unit", "nginx.service"]);
  expect([unit.code, unit.stderr]).toEqual([64, expect.stringContaining("has no units")]);
}

async function changes(stage: Stage): Promise<void> {
  const { host, engine } = stage;
  const unit = `${engine}-web.service`;
  await configure(host, hostTs(engine, { web: web("2"), other }));
  const plan = JSON.parse((await host.tryStowage(["plan", "--json"])).stdout);
  const jobs = plan.steps.flatMap(({ id, because }: { id: string; because: string }) =>
    /^(re)?start|^stop/.test(id) ? [`${id}: ${because}`] : [],
  );
  expect(jobs).toEqual([`restart-unit ${unit}: ExecStart changed`]);
  const difference = await host.stowage(["diff", "--config", "/etc/stowage/host.ts"]);
  expect(difference.split("\n")).toContain("  ~ environment.A: 1 → 2");
  await stage.beside("other", () => host.stowage(["switch"]));
  expect(await stage.value()).toBe("2");
  // One of them goes back, and all else stays.
  await stage.beside("other", () => host.stowage(["rollback", "web"]));
  expect(await stage.value()).toBe("1");
  expect(await host.stowage(["switch"])).toContain(unit);
  expect(await stage.value()).toBe("2");
  await stage.beside("other", async () => {
    expect((await host.tryStowage(["reload", "web"])).stderr).toContain("takes over nothing in place: it is restarted");
    await host.stowage(["stop", "web"]);
    expect(await stage.engineHas("web")).toBe(false);
    expect((await host.tryStowage(["reload", "web"])).code).toBe(4);
    expect((await host.tryStowage(["run", "web", "--", "true"])).stderr).toContain("is not running");
    expect(JSON.parse(await host.stowage(["status", "web", "--json"]))).toMatchObject({ status: "down", pid: null });
    await host.stowage(["start", "web"]);
  });
}

/** What does not become healthy goes back to what was there, by itself. */
async function notReady(stage: Stage): Promise<void> {
  const { host, engine } = stage;
  const healthcheck = { command: ["test", "-e", "/nothing"], interval: "1s", retries: 1 };
  await configure(host, hostTs(engine, { web: { ...web("3"), healthcheck }, other }));
  await stage.beside("other", async () => {
    const { code, stderr } = await host.tryStowage(["switch", "--rollback-on-failure"]);
    expect([code, stderr]).toEqual([4, expect.stringContaining("web ran before and did not become ready: going back")]);
  });
  expect(await stage.value()).toBe("2");
  await configure(host, hostTs(engine, { web: web("2"), other }));
}

async function byHand(stage: Stage): Promise<void> {
  const { host, engine } = stage;
  const again = async (before: string) =>
    eventually(async () => {
      expect(await stage.run("web")).not.toBe(before);
      expect(await stage.value()).toBe("2");
    });
  // Who watches over it is killed, or it is removed: systemd starts it again by itself.
  const before = await stage.run("web");
  await host.sh(`kill -9 ${await host.property(`${engine}-web.service`, "MainPID")}`);
  await again(before);
  const killed = await stage.run("web");
  await host.must([engine, "rm", "-f", "web"]);
  await again(killed);
  await host.must([engine, "pause", "web"]);
  expect(await host.stowage(["plan"])).toContain(
    `container web was paused by hand, and is left so: ${engine} unpause web`,
  );
  await host.must([engine, "unpause", "web"]);
  // By another name nobody finds it, and nothing ends.
  await host.must([engine, "rename", "web", "hidden"]);
  expect((await host.tryStowage(["plan"])).stdout).toContain("its container was removed or renamed by hand");
  await stage.beside("other", () => host.stowage(["switch"]));
  expect(await stage.value()).toBe("2");
  expect(await stage.engineHas("hidden")).toBe(false);
  expect(await host.stowage(["plan"])).toBe("");
}

/** Without a system container nothing is to be built; and the lock stays, with what it has of images. */
const configure = (host: Machine, text: string): Promise<void> => host.put("/etc/stowage/host.ts", text);

async function switchTo(host: Machine, text: string): Promise<void> {
  await configure(host, text);
  await host.stowage(["switch"]);
}

const prepared = new WeakSet<Machine>();

/** Both engines have the image; after a scenario that failed there is another machine. */
async function prepare(host: Machine): Promise<void> {
  if (prepared.has(host)) return;
  prepared.add(host);
  await host.must(["systemctl", "start", "docker.service"]);
  const made = makeImage(host.suite, image, { Env: ["PATH=/bin"] });
  for (const engine of ["podman", "docker"] as const) await loadImage(host, made, engine);
}

function wholeLife(engine: EngineName) {
  return async ({ host }: { host: Machine }) => {
    await prepare(host);
    const stage = new Stage(host, engine);
    await switchTo(host, hostTs(engine, { web: web("1"), other }));
    await shown(stage);
    await commands(stage);
    await changes(stage);
    await byHand(stage);
    await stage.beside("other", () => switchTo(host, hostTs(engine, { other })));
    expect(await stage.engineHas("web")).toBe(false);
    expect((await host.run(["systemctl", "cat", `${engine}-web.service`])).code).not.toBe(0);
    await switchTo(host, hostTs(engine, {}));
    expect((await host.must([engine, "ps", "--all", "--quiet"])).trim()).toBe("");
  };
}

onOneMachine(
  (scenario) => {
    scenario("podman: shown, asked, changed, taken back, repaired, removed", wholeLife("podman"));
  },
  { flavour: "engines", on: "trixie" },
);

// What differs between suites is podman, and its own systemd.
onOneMachine(
  (scenario) => {
    scenario("docker: shown, asked, changed, taken back, repaired, removed", wholeLife("docker"));

    scenario("podman: one that does not become ready is taken back", async ({ host }) => {
      await prepare(host);
      const stage = new Stage(host, "podman");
      await switchTo(host, hostTs("podman", { web: web("2"), other }));
      await notReady(stage);
    });

    scenario("rootless: the verbs are the same", async ({ host }) => {
      await host.must(["useradd", "--system", "--create-home", "--home-dir", "/srv/alice", "alice"]);
      for (const file of ["/etc/subuid", "/etc/subgid"]) await host.put(file, "alice:300000:65536\n");
      await putImage(host, makeImage(host.suite, "localhost/alices:1"), "/srv/alices.tar");
      const own = { image: "localhost/alices:1", imageFile: "/srv/alices.tar", networks: ["none"], cmd: serve };
      const container = { ...own, environment: { A: "1" }, podman: { user: "alice" } };
      await switchTo(host, hostTs("podman", { web: container }));
      const inside = (...argv: string[]) => host.tryStowage(["run", "web", ...argv]);
      const odd = ["a b", "$HOME", "$$", "%n", "-x", "two\nlines"];
      expect((await inside("--", "printf", "%s|", ...odd)).stdout).toBe(odd.map((one) => `${one}|`).join(""));
      expect(await inside("--env", "B=$x", "--", "sh", "-c", 'echo "$A $B"; exit 7')).toMatchObject({
        code: 7,
        stdout: "1 $x\n",
      });
      const line = "stowage run web -- sh -c 'test -t 0 && echo on a terminal; exit 3'";
      const shown = await host.run(["script", "--quiet", "--return", "--command", line, "/dev/null"]);
      expect([shown.code, shown.stdout]).toEqual([3, expect.stringContaining("on a terminal")]);
      const status = JSON.parse(await host.stowage(["status", "web", "--json"]));
      expect(status).toMatchObject({ status: "up", oci: { user: "alice" } });
      expect(await host.sh(`tr '\\0' ' ' </proc/${status.pid}/cmdline`)).toContain("sleep infinity");
      expect(await host.stowage(["plan"])).toBe("");
      await switchTo(host, hostTs("podman", {}));
      await host.must(["userdel", "alice"]);
    });

    scenario("it goes from one engine to the other, to a system container, and back", async ({ host }) => {
      await prepare(host);
      const running = async () => {
        const units = ["podman-web", "docker-web", "container@web"];
        const states = await Promise.all(units.map((unit) => host.property(`${unit}.service`, "ActiveState")));
        return units.filter((_, index) => states[index] === "active");
      };
      const system = { web: { autoStart: true, config: {} } };
      // One that a switch brings; the other is somebody's own.
      const archive = makeImage(host.suite, "localhost/brought:1", { Labels: { brought: "1" } });
      await putImage(host, archive, "/root/brought.tar");
      const held = async () => (await host.must(["podman", "images", "--quiet", "--no-trunc"])).trim().split("\n");
      const brought = { image: "localhost/brought:1", imageFile: "/root/brought.tar", cmd: serve };
      const steps = [
        [hostTs("podman", { web: web("1") }), "podman-web"],
        [hostTs("docker", { web: web("1") }), "docker-web"],
        [hostTs("docker", {}, system), "container@web"],
        [hostTs("podman", { web: web("1"), brought }), "podman-web"],
      ] as const;
      for (const [config, unit] of steps) {
        await host.switchTo(config);
        expect(await running()).toEqual([unit]);
        for (const engine of ["podman", "docker"] as const)
          expect(await new Stage(host, engine).engineHas("web")).toBe(unit === `${engine}-web`);
      }
      // One of either kind is rolled back by its name.
      await host.stowage(["rollback", "web"]);
      expect(await running()).toEqual(["container@web"]);
      expect(await held()).toContain(archive.id);
      await host.stowage(["uninstall", "--state"]);
      expect(await held()).not.toContain(archive.id);
      expect(await host.must(["podman", "images"])).toContain("localhost/life");
      expect(await running()).toEqual([]);
      expect(await host.must(["ls", "-A", "/var/lib/stowage"])).toBe("");
      for (const engine of ["podman", "docker"])
        expect(await host.must([engine, "network", "ls", "--format", "{{.Name}}"])).not.toContain("stowage");
    });

    scenario("without its engine nothing is touched, and it is said", async ({ host }) => {
      await prepare(host);
      await switchTo(host, hostTs("docker", { other }));
      await host.sh("mv /usr/bin/podman /usr/bin/podman.away");
      await configure(host, hostTs("podman", { other }));
      const stage = new Stage(host, "docker");
      await stage.beside("other", async () => {
        const { code, stderr } = await host.tryStowage(["switch"]);
        expect([code, stderr]).toEqual([1, expect.stringContaining("podman")]);
      });
      await host.sh("mv /usr/bin/podman.away /usr/bin/podman");
      await host.stowage(["switch"]);
      expect(await new Stage(host, "podman").engineHas("other")).toBe(true);
    });
  },
  { flavour: "engines", on: "bookworm" },
);

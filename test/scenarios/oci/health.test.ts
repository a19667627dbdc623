/**
 * Health checks, of system containers and of OCI containers with either engine: who needs one that has a check starts once
 * that has passed, and one that is unhealthy is restarted. Containers of either kind need those of the other.
 */
import { expect } from "vitest";
import { loadImage, makeImage } from "../harness/oci-image.ts";
import { eventually, type Machine, onOneMachine, type SharedScenario } from "../harness.ts";

const image = "localhost/health:1";
const unhealthy = "/tmp/ill";

/** Ends when it is told to. Healthy from the second second after its start on, until somebody makes a file. */
const cmd = `["sh", "-c", "(sleep 2; touch /tmp/well) & trap exit TERM; while :; do sleep 1; done"]`;
const checks = (more = "") =>
  `healthcheck: { command: ["sh", "-c", "test -e /tmp/well && ! test -e \\"$1\\"", "-", "${unhealthy}"], interval: "1s", timeout: "20s", retries: 2, startPeriod: "1min"${more} },`;

/** Each needs the one before it: db, an OCI container; middle, a system container; web, an OCI container. */
const hostTs = (engine: string, further = "") => `import { defineHost } from "stowage";

export default defineHost({
  containers: { middle: {
    autoStart: true, dependsOn: ["db"], healthcheck: { command: ["test", "!", "-e", "${unhealthy}"], interval: "1s", retries: 2 },
    config: {},
  } },
  ociContainers: { backend: "${engine}", containers: {
    db: { image: "${image}", pull: "never", ${checks()} cmd: ${cmd} },
    web: { image: "${image}", pull: "never", dependsOn: ["middle"], cmd: ${cmd} },
    ${further}
  } },
});
`;

const units = (engine: string) => [`${engine}-db.service`, "container@middle.service", `${engine}-web.service`];
const states = async (host: Machine, list: readonly string[]): Promise<string[]> =>
  (await host.run(["systemctl", "is-active", ...list])).stdout.trim().split("\n");

const time = async (host: Machine, unit: string, property: string): Promise<number> =>
  Number(await host.property(unit, `${property}TimestampMonotonic`)) / 1e6;

/** Each began to start only when the one that it needs was healthy. */
async function expectInOrder(host: Machine, engine: string): Promise<void> {
  const [db = "", middle = "", web = ""] = units(engine);
  expect(await states(host, units(engine))).toEqual(["active", "active", "active"]);
  expect((await time(host, db, "ActiveEnter")) - (await time(host, db, "InactiveExit"))).toBeGreaterThan(2);
  expect(await time(host, middle, "InactiveExit")).toBeGreaterThanOrEqual(await time(host, db, "ActiveEnter"));
  expect(await time(host, web, "InactiveExit")).toBeGreaterThanOrEqual(await time(host, middle, "ActiveEnter"));
}

const healthOf = async (host: Machine): Promise<Record<string, string | null>> => {
  const rows = JSON.parse(await host.stowage(["list", "--json"])) as { name: string; health: string | null }[];
  return Object.fromEntries(rows.map(({ name, health }) => [name, health]));
};

const invocations = (host: Machine, engine: string) =>
  Promise.all(units(engine).map((unit) => host.property(unit, "InvocationID")));

/** What made it unhealthy goes with its restart, or is taken away. */
async function restarted(host: Machine, engine: string, name: string, makeIll: () => Promise<unknown>): Promise<void> {
  const before = await invocations(host, engine);
  await makeIll();
  await eventually(async () => expect((await healthOf(host))[name]).toBe("unhealthy"), 60_000);
  if (name === "middle") await host.sh(`rm -f /var/lib/stowage/containers/middle/root${unhealthy}`);
  await eventually(async () => expect((await healthOf(host))[name]).toBe("healthy"), 60_000);
  await eventually(
    async () => expect(await states(host, units(engine))).toEqual(["active", "active", "active"]),
    60_000,
  );
  const at = name === "db" ? 0 : 1;
  const after = await invocations(host, engine);
  expect(after.slice(0, at)).toEqual(before.slice(0, at));
  // Those that need it are restarted with it.
  expect(after.slice(at).filter((one) => before.includes(one))).toEqual([]);
  const log = await host.must(["journalctl", "-q", "-o", "cat", "-u", `container-health@${name}.service`]);
  expect(log).toContain("check failed, 2 of 2: status 1");
  expect(log).toContain("unhealthy: it is restarted");
}

type Engine = "podman" | "docker";

function waits(scenario: SharedScenario, engine: Engine): void {
  scenario(
    `${engine}: those that need others wait until they are healthy; unhealthy, one is restarted`,
    async ({ host }) => {
      await loadImage(host, makeImage(host.suite, image), engine);
      await host.switchTo(hostTs(engine));
      await expectInOrder(host, engine);
      expect(await healthOf(host)).toEqual({ db: "healthy", middle: "healthy", web: null });
      expect(await host.stowage(["status", "db"])).toMatch(/^health +healthy$/m);

      await restarted(host, engine, "db", () => host.must([engine, "exec", "db", "touch", unhealthy]));
      await expectInOrder(host, engine);
      if (engine === "podman")
        await restarted(host, engine, "middle", () => host.inside("middle", ["touch", unhealthy]));

      // One that somebody stops stays so, and nothing goes on looking at it.
      await host.stowage(["stop", "db"]);
      const all = [...units(engine), "container-health@db.service", "container-health@middle.service"];
      expect(await states(host, all)).not.toContain("active");
      expect(await healthOf(host)).toEqual({ db: null, middle: null, web: null });
      await host.switchTo(empty);
    },
  );
}

const empty = `import { defineHost } from "stowage";\nexport default defineHost({});\n`;

function givesUp(scenario: SharedScenario, engine: Engine): void {
  scenario(`${engine}: one that never becomes healthy has failed to start, and says why`, async ({ host }) => {
    await loadImage(host, makeImage(host.suite, image), engine);
    const broken = `{ command: ["sh", "-c", "echo no disk; exit 3"], interval: "1s", retries: 2 }`;
    await host.configure(`import { defineHost } from "stowage";
export default defineHost({ containers: {
  ill: { autoStart: true, healthcheck: ${broken}, config: {} },
}, ociContainers: { backend: "${engine}", containers: {
  // Its init does not listen to SIGTERM: systemd alone would wait for two minutes.
  never: { image: "${image}", pull: "never", healthcheck: ${broken} },
  after: { image: "${image}", pull: "never", dependsOn: ["never"] },
} } });
`);
    const { code, stderr } = await host.tryStowage(["switch"]);
    expect(code).toBe(4);
    const said = "not healthy 2 seconds after its start; the last check: status 3: no disk";
    expect(stderr.split(said)).toHaveLength(3);
    expect(stderr).toContain("failed: start container@ill.service");
    expect(await states(host, [`${engine}-after.service`])).not.toContain("active");
    await eventually(
      async () => expect(await healthOf(host)).toMatchObject({ never: "unhealthy", ill: "unhealthy" }),
      60_000,
    );
    // systemd waits before it tries again.
    const log = await host.must(["journalctl", "-q", "-o", "cat", "-u", `${engine}-never.service`]);
    expect(log).not.toContain("immediately");
    await host.switchTo(empty);
    expect(await host.must([engine, "ps", "-aq"])).toBe("");
  });
}

onOneMachine(
  (scenario) => {
    waits(scenario, "podman");

    scenario("podman.sdnotify: healthy also where podman does not have it, by the image's check", async ({ host }) => {
      const well = "localhost/well:1";
      const second = 1e9;
      const Healthcheck = {
        Test: ["CMD", "test", "-e", "/tmp/well"],
        Interval: second,
        Timeout: 20 * second,
        Retries: 60,
      };
      await loadImage(host, makeImage(host.suite, well, { Healthcheck }), "podman");
      await host.switchTo(`import { defineHost } from "stowage";
export default defineHost({ ociContainers: { containers: {
  db: { image: "${well}", pull: "never", podman: { sdnotify: "healthy" }, cmd: ${cmd} },
} } });
`);
      const unit = "podman-db.service";
      expect(await states(host, [unit])).toEqual(["active"]);
      expect((await time(host, unit, "ActiveEnter")) - (await time(host, unit, "InactiveExit"))).toBeGreaterThan(2);
    });
  },
  { flavour: "engines" },
);

// Both versions of docker take the same commands.
onOneMachine(
  (scenario) => {
    waits(scenario, "docker");
    givesUp(scenario, "docker");
    givesUp(scenario, "podman");
  },
  { flavour: "engines", on: "trixie" },
);

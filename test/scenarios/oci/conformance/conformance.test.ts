/** OCI containers on podman and docker: every plain option, any text, and the life of a service. One suite for all engines. */
import { describe, expect } from "vitest";
import { loadImage, makeImage } from "../../harness/oci-image.ts";
import { eventually, type Machine, onOneMachine } from "../../harness.ts";
import * as table from "./cases.ts";
import { type EngineName, Seen } from "./seen.ts";
import { strings } from "./strings.ts";

const engines: readonly EngineName[] = ["podman", "docker"];
const seed = Number(process.env.STOWAGE_SEED ?? Date.now() % 1e9);

const hostTs = (ociContainers: object): string =>
  `import { defineHost } from "stowage";\n\nexport default defineHost(${JSON.stringify({ ociContainers }, null, 2)});\n`;

const prepared = new WeakSet<Machine>();

/** Engines, an image, and what cases look for; once for each machine. */
async function prepare(host: Machine): Promise<void> {
  if (prepared.has(host)) return;
  prepared.add(host);
  const config = { Cmd: ["sh", "-c", "trap 'exit 0' TERM; echo of the image; sleep infinity & wait"] };
  const image = makeImage(host.suite, table.image, config, { mark: "of the image\n" });
  await host.must(["systemctl", "start", "docker.service"]);
  for (const engine of engines) {
    await loadImage(host, image, engine);
    for (const network of table.networks) await host.must([engine, "network", "create", network]);
  }
  await host.put(`${table.directory}/index.html`, table.page);
  await host.put(table.environmentFile, "OF_FILE=a b $c\n");
  const proxies = { default: { noProxy: "of docker's own" } };
  await host.put(`${table.dockerConfig}/config.json`, JSON.stringify({ proxies }));
}

const ofImage = { image: table.image, pull: "never", networks: [table.networks[0]] };

onOneMachine(
  (scenario) => {
    describe.each(engines)("%s", (engine) => {
      scenario("every plain option is so in the running container", async ({ host }) => {
        await prepare(host);
        const later = { ...ofImage, ...(engine === "podman" && notifying), autoStart: false };
        const containers = {
          web: table.declaredFor("web", engine),
          free: table.declaredFor("free", engine),
          mighty: { ...ofImage, privileged: true, autoRemoveOnStop: false, autoStart: false },
          later,
        };
        await host.switchTo(hostTs({ backend: engine, containers }));
        const seen = {
          web: await Seen.of(host, engine, "web", "my-web.service"),
          free: await Seen.of(host, engine, "free"),
        };
        const wrong: string[] = [];
        for (const { option, container, look } of table.cases)
          await look(seen[container]).catch((error) => wrong.push(`${option} of ${container}: ${error}`));
        expect(wrong.join("\n\n")).toBe("");
        // autoStart
        expect(await host.property(`${engine}-later.service`, "ActiveState")).toBe("inactive");
        await isPrivileged(host, engine);
        if (engine === "podman") await saysWhenItIsReady(host);
      });

      scenario("2,000 strings of any characters reach the process and the engine byte for byte", async ({ host }) => {
        await prepare(host);
        const [values, args, labels] = [strings(800, seed), strings(800, seed + 1), strings(400, seed + 2)];
        const script = 'trap "exit 0" TERM; sleep infinity & wait';
        const named = (texts: readonly string[]) => Object.fromEntries(texts.map((text, n) => [`N${n}`, text]));
        const bytes = {
          ...ofImage,
          entrypoint: "/bin/sh",
          cmd: ["-c", script, ...args],
          environment: named(values),
          labels: named(labels),
        };
        await host.switchTo(hostTs({ backend: engine, containers: { bytes } }));
        const seen = await Seen.of(host, engine, "bytes");
        expect((await seen.argv()).slice(3), `STOWAGE_SEED=${seed}`).toEqual(args);
        expect(await seen.environment(), `STOWAGE_SEED=${seed}`).toMatchObject(named(values));
        expect(seen.inspected.Config.Labels, `STOWAGE_SEED=${seed}`).toMatchObject(named(labels));
      });

      scenario(
        "started, stopped, killed, failing: the service is the container's",
        async ({ host }) => {
          await prepare(host);
          await life(host, engine);
        },
        // Two of the four that differ most.
        { on: engine === "docker" ? "bookworm" : "trixie" },
      );
    });
  },
  { flavour: "engines", timeout: 400_000 },
);

/** A process that tells systemd itself, with the host's program for it, once there is a file. */
const notifying = {
  podman: { sdnotify: "container" },
  volumes: ["/usr:/usr:ro", "/usr/lib:/lib:ro", "/usr/lib64:/lib64:ro", "/srv/flag:/flag"],
  entrypoint: "/bin/sh",
  cmd: ["-c", "until test -e /flag/go; do sleep 0.1; done; /usr/bin/systemd-notify --ready; exec sleep infinity"],
};

/**
 * Docker gives all capabilities that the kernel knows, which are more than a lab host has: there the container is made,
 * and cannot start.
 */
async function isPrivileged(host: Machine, engine: EngineName): Promise<void> {
  const unit = `${engine}-mighty.service`;
  const { code } = await host.run(["systemctl", "start", unit]);
  const privileged = "--format={{.HostConfig.Privileged}}";
  expect(await host.must([engine, "container", "inspect", privileged, "mighty"])).toBe("true\n");
  if (engine === "podman") {
    const all = await host.sh("grep CapBnd /proc/1/status | cut -f2");
    expect(await (await Seen.of(host, engine, "mighty")).status("CapEff")).toBe(all.trim());
  } else if (code !== 0) expect(await host.sh(`journalctl -u ${unit} -o cat`)).toContain("unable to apply caps");
  await host.must(["systemctl", "stop", unit]);
  // It stays, for a look at it.
  expect(await host.must([engine, "ps", "-a", "--filter=name=mighty", "--format={{.Names}}"])).toBe("mighty\n");
}

async function saysWhenItIsReady(host: Machine): Promise<void> {
  const unit = "podman-later.service";
  await host.must(["mkdir", "/srv/flag"]);
  await host.must(["systemctl", "start", "--no-block", unit]);
  await eventually(() => Seen.of(host, "podman", "later", unit));
  expect(await host.property(unit, "ActiveState")).toBe("activating");
  await host.put("/srv/flag/go", "");
  await host.waitForUnit(unit);
}

const dockerEnds = [
  ["systemctl", "restart", "docker.service"],
  ["systemctl", "kill", "--signal=KILL", "--kill-whom=main", "docker.service"],
];

async function life(host: Machine, engine: EngineName): Promise<void> {
  const unit = `${engine}-web.service`;
  const web = { ...ofImage, autoRemoveOnStop: true, ports: ["127.0.0.1:8085:80"] };
  const systemctl = (...words: string[]) => host.must(["systemctl", ...words]);
  const listed = async () => (await host.must([engine, "ps", "-a", "--filter=name=web", "--format={{.Names}}"])).trim();

  // What somebody left under its name is replaced.
  await host.must([engine, "create", "--name=web", "--label=stale=yes", table.image]);
  await host.switchTo(hostTs({ backend: engine, containers: { web } }));
  const first = await Seen.of(host, engine, "web");
  expect(first.inspected.Config.Labels.stale).toBeUndefined();
  await first.expectLogged("of the image");

  // The engine's own stop ends it, not systemd's kill.
  await host.put(`/run/systemd/system/${unit}.d/kill.conf`, "[Service]\nKillSignal=SIGCONT\nSendSIGKILL=no\n");
  await systemctl("daemon-reload");
  const began = Date.now();
  await systemctl("stop", unit);
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(await host.property(unit, "ActiveState")).toBe("inactive");
  expect(await listed()).toBe("");
  await host.must(["rm", "-r", `/run/systemd/system/${unit}.d`]);
  await systemctl("daemon-reload");

  // Started is started: it runs when the command returns.
  await systemctl("start", unit);
  const second = await Seen.of(host, engine, "web");
  expect(second.inspected.Id).not.toBe(first.inspected.Id);

  // Whatever is killed, its supervisor or itself, it is there again, once.
  for (const kill of [
    ["systemctl", "kill", "--signal=KILL", "--kill-whom=main", unit],
    ["kill", "-KILL", "PID"],
    [engine, "rm", "-f", "web"],
    ...(engine === "docker" ? dockerEnds : []),
  ]) {
    const before = await eventually(() => Seen.of(host, engine, "web"));
    await host.must(kill.map((word) => (word === "PID" ? `${before.pid}` : word)));
    const again = await eventually(async () => {
      const now = await Seen.of(host, engine, "web");
      expect(now.inspected.Id, kill.join(" ")).not.toBe(before.inspected.Id);
      return now;
    });
    await host.waitForUnit(unit);
    expect(await host.run(["test", "-e", `/proc/${before.pid}/root/mark`])).toMatchObject({ code: 1 });
    expect(await listed()).toBe("web");
    expect(again.pid).toBeGreaterThan(1);
  }

  // Nobody counts how often.
  expect(await host.property(unit, "StartLimitIntervalUSec")).toBe("0");
  expect(await host.property(unit, "NRestarts")).not.toBe("0");
  await systemctl("restart", unit);
  await Seen.of(host, engine, "web");

  // One that cannot start says so, and is no container.
  await systemctl("stop", unit);
  const holder = await host.sh("systemd-run -q --unit=holder nc -l -k 127.0.0.1 8085; echo started");
  expect(holder).toContain("started");
  await eventually(() => host.sh("ss -Hlnt sport = 8085 | grep -q 8085"));
  expect((await host.run(["systemctl", "start", unit])).code).not.toBe(0);
  await eventually(async () =>
    expect((await host.must(["journalctl", "--no-pager", "-u", unit, "-o", "cat"])).toLowerCase()).toMatch(
      /address already in use|port is already allocated/,
    ),
  );
  await systemctl("stop", "holder.service");
  // It is tried again, without limit.
  await host.waitForUnit(unit);

  // Nothing is left.
  await host.switchTo(hostTs({ backend: engine, containers: {} }));
  expect(await listed()).toBe("");
  expect(await host.sh("ls /run | grep -E '^podman-' || :")).toBe("");
}

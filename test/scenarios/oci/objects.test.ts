/**
 * Networks, volumes and pods are made before the containers that name them and taken away after these; what somebody else
 * has made is not touched, and what a volume keeps is not lost.
 */
import { expect } from "vitest";
import { loadImage, makeImage } from "../harness/oci-image.ts";
import { eventually, type Machine, onOneMachine, type SharedScenario } from "../harness.ts";

type EngineName = "podman" | "docker";

const image = "localhost/objects:1";
const rest = ["sh", "-c", 'trap "exit 0" TERM; httpd -p 8000 -h /etc; while :; do sleep 1 & wait $!; done'];
const idle = ["sh", "-c", 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done'];
const ours = { image, pull: "never", cmd: rest };

async function declare(host: Machine, backend: EngineName, ociContainers: object): Promise<void> {
  const config = { ociContainers: { backend, ...ociContainers } };
  const text = `import { defineHost } from "stowage";\n\nexport default defineHost(${JSON.stringify(config)});\n`;
  await host.put("/etc/stowage/host.ts", text);
}

async function switchTo(host: Machine, backend: EngineName, ociContainers: object): Promise<string> {
  await declare(host, backend, ociContainers);
  return host.stowage(["switch"]);
}

const prepared = new WeakSet<Machine>();

async function prepare(host: Machine): Promise<void> {
  if (prepared.has(host)) return;
  prepared.add(host);
  await host.must(["systemctl", "start", "docker.service"]);
  // Podman 5 has its rules in nftables, which Docker's policy knows nothing of: docs/design/oci-objects.md.
  await host.must(["iptables", "--policy", "FORWARD", "ACCEPT"]);
  for (const engine of ["podman", "docker"] as const) await loadImage(host, makeImage(host.suite, image), engine);
}

const names = async (host: Machine, engine: EngineName, kind: "network" | "volume"): Promise<string[]> =>
  (await host.must([engine, kind, "ls", "--format", "{{.Name}}"])).trim().split("\n");

const invocation = (host: Machine, unit: string) => host.property(unit, "InvocationID");

/** A container finds another by its name, and is answered. Not by one command: a static glibc crashes on names. */
async function reaches(host: Machine, engine: EngineName, from: string, to: string): Promise<void> {
  await eventually(async () => {
    const found = await host.must([engine, "exec", from, "busybox", "nslookup", to]);
    const address = /Name:.*\nAddress(?: 1)?: ([\d.]+)/.exec(found)?.[1];
    if (address === undefined) throw new Error(found);
    await host.must([engine, "exec", from, ...fetches(address)]);
  });
}
const fetches = (address: string) => ["wget", "-qO-", `http://${address}:8000/passwd`];

const one = { ...ours, networks: ["app"], volumes: ["data:/keep", "small:/small"] };
const two = { ...ours, networks: ["app"] };
const far = { ...ours, networks: ["spare"] };
const small = { options: { type: "tmpfs", device: "tmpfs", o: "nr_inodes=321" } };

/** Everything is there before its users, as it was declared. */
async function made(host: Machine, engine: EngineName): Promise<void> {
  const app = { subnets: ["10.89.75.0/24"], labels: { "org.example.of": 'us "all"' } };
  const all = { networks: { app, spare: {}, idle: {} }, volumes: { data: {}, small }, containers: { one, two, far } };
  await switchTo(host, engine, all);
  // Also one that nobody is on.
  expect(await names(host, engine, "network")).toEqual(expect.arrayContaining(["app", "spare", "idle"]));
  const label = await host.must([
    engine,
    "network",
    "inspect",
    "--format",
    '{{index .Labels "org.example.of"}}',
    "app",
  ]);
  expect(label).toBe('us "all"\n');
  await reaches(host, engine, "one", "two");
  expect(await host.must([engine, "exec", "two", "ip", "address"])).toContain("inet 10.89.75.");
  expect((await host.run([engine, "exec", "far", "busybox", "nslookup", "one"])).code).not.toBe(0);
  expect(await host.must([engine, "exec", "one", "stat", "-f", "-c", "%T %c", "/small"])).toBe("tmpfs 321\n");
  await host.must([engine, "exec", "one", "sh", "-c", "echo mine >/keep/file"]);
}

/** A network changes with those on it, and nobody else; a volume not at all. */
async function changed(host: Machine, engine: EngineName): Promise<void> {
  const before = await invocation(host, `${engine}-far.service`);
  const networks = { app: { subnets: ["10.89.76.0/24"] }, spare: {} };
  const containers = { one, two, far };
  await switchTo(host, engine, { networks, volumes: { data: {}, small }, containers });
  expect(await host.must([engine, "exec", "two", "ip", "address"])).toContain("inet 10.89.76.");
  await reaches(host, engine, "two", "one");
  expect(await host.must([engine, "exec", "one", "cat", "/keep/file"])).toBe("mine\n");
  expect(await names(host, engine, "network")).not.toContain("idle");
  expect((await host.tryStowage(["plan"])).stdout).toBe("");
  const now = await invocation(host, `${engine}-one.service`);
  await declare(host, engine, { networks, volumes: { data: { labels: { a: "b" } }, small }, containers });
  const refused = await host.tryStowage(["switch"]);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("volume data has other options now");
  expect(await invocation(host, `${engine}-one.service`)).toBe(now);
  expect(await invocation(host, `${engine}-far.service`)).toBe(before);
}

/** What somebody else has made is in nobody's way until it is named; then that is told, and it stays. */
async function left(host: Machine, engine: EngineName): Promise<void> {
  await host.must([engine, "network", "create", "theirs"]);
  await declare(host, engine, { networks: { spare: {}, theirs: {} }, containers: { far } });
  expect((await host.tryStowage(["plan"])).stdout).toContain("volume data stays, with all that it keeps");
  const refused = await host.tryStowage(["switch"]);
  expect(refused.code).not.toBe(0);
  expect(refused.stdout + refused.stderr).toContain("network theirs was made by somebody else");
  const joined = { ...ours, networks: ["theirs"] };
  await switchTo(host, engine, { networks: { theirs: { external: true } }, containers: { far: joined } });
  expect(await names(host, engine, "network")).not.toContain("app");
  await switchTo(host, engine, {});
  const found = await names(host, engine, "network");
  expect(found).toContain("theirs");
  expect(found).not.toContain("spare");
  const units = await host.must(["systemctl", "list-units", "--all", "--plain", "--no-legend", `stowage-${engine}-*`]);
  expect(units).toBe("");
  const place = await host.must([engine, "volume", "inspect", "--format", "{{.Mountpoint}}", "data"]);
  expect(await host.get(`${place.trim()}/file`)).toBe("mine\n");
  await host.must([engine, "network", "rm", "theirs"]);
  await host.must([engine, "volume", "rm", "data", "small"]);
}

async function pod(host: Machine): Promise<void> {
  const page = [
    "sh",
    "-c",
    'echo page >/tmp/index.html; trap "exit 0" TERM; httpd -f -p 8000 -h /tmp & while :; do sleep 1 & wait $!; done',
  ];
  const both = { web: { ...ours, cmd: page, pod: "app" }, side: { ...ours, cmd: idle, pod: "app" } };
  const declared = (port: string) => ({
    networks: { net: {} },
    pods: { app: { ports: [port], networks: ["net"], hostname: "app.example" } },
    containers: both,
  });
  const fetched = (port: string) =>
    eventually(async () => expect(await host.must(["curl", "-sS", `http://127.0.0.1:${port}/`])).toBe("page\n"));
  await switchTo(host, "podman", declared("127.0.0.1:8075:8000"));
  await fetched("8075");
  expect(await host.must(["podman", "exec", "side", "wget", "-qO-", "http://127.0.0.1:8000/"])).toBe("page\n");
  expect(await host.must(["podman", "exec", "side", "hostname"])).toBe("app.example\n");
  await switchTo(host, "podman", declared("127.0.0.1:8076:8000"));
  await fetched("8076");
  // Killed without a word, it is begun anew with what belongs to it.
  await host.kill("podman-web.service");
  await fetched("8076");
  await host.must(["systemctl", "restart", "stowage-podman-pod@app.service"]);
  await fetched("8076");
  await host.waitForUnit("podman-side.service");
  await switchTo(host, "podman", {});
  expect(await host.must(["podman", "pod", "ls", "--quiet"])).toBe("");
  expect(await host.must(["podman", "ps", "--all", "--quiet"])).toBe("");
}

/** What a network is declared as shows in what its containers have. */
async function networks(host: Machine, engine: EngineName): Promise<void> {
  // A card, and what it is plugged into. Of ipvlan the kernel of tests has nothing: its option is looked at as text alone.
  await host.sh("ip link add card0 type veth peer name lan0 && ip link set card0 up && ip link set lan0 up");
  const on = (network: string) => ({ ...ours, cmd: idle, networks: [network] });
  await switchTo(host, engine, {
    networks: {
      inner: { subnets: ["10.97.7.0/24", "fd00:7::/64"], gateways: ["10.97.7.9", "fd00:7::9"], internal: true },
      card: { driver: "macvlan", parent: "card0", subnets: ["192.168.77.0/24"] },
      outer: { subnets: ["10.97.8.0/24"], gateways: ["10.97.8.9"], ...(engine === "podman" && { ipv6: true }) },
    },
    containers: { inner: on("inner"), card: on("card"), outer: on("outer") },
  });
  const inside = (name: string, ...words: string[]) => host.must([engine, "exec", name, "ip", ...words]);
  const inner = await inside("inner", "address");
  expect(inner).toContain("inet 10.97.7.");
  expect(inner).toContain("inet6 fd00:7::");
  // Docker 20.10 leaves a way to its bridge, and lets nothing pass there.
  if (engine === "podman") expect(await inside("inner", "route")).not.toContain("default");
  expect(await host.must([engine, "network", "inspect", "--format", "{{.Internal}}", "inner"])).toBe("true\n");
  expect(await inside("outer", "route")).toContain("default via 10.97.8.9 ");
  if (engine === "podman") expect(await inside("outer", "address")).toMatch(/inet6 f[cd]/);
  expect(await inside("card", "address")).toContain("inet 192.168.77.");
  for (const [name, driver] of Object.entries({ inner: "bridge", card: "macvlan" }))
    expect(await host.must([engine, "network", "inspect", "--format", "{{.Driver}}", name])).toBe(`${driver}\n`);
  // It is on the card's own network: what is plugged in there sees its address.
  await host.sh("ip address add 192.168.77.250/24 dev lan0");
  const address = /inet (192[\d.]+)/.exec(await inside("card", "address"))?.[1] ?? "none";
  await host.must(["ping", "-c1", "-W5", "-I", "lan0", address]);
  await switchTo(host, engine, {});
  await host.sh("ip link del card0");
}

const objects = (engine: EngineName) => (scenario: SharedScenario) =>
  scenario(`${engine}: networks and volumes come before their users and outlive our mistakes`, async ({ host }) => {
    await prepare(host);
    await made(host, engine);
    await changed(host, engine);
    await left(host, engine);
    await networks(host, engine);
  });

onOneMachine(
  (scenario) => {
    objects("podman")(scenario);
    scenario("a pod is one machine to its containers", async ({ host }) => {
      await prepare(host);
      await pod(host);
    });
  },
  { flavour: "engines", on: "trixie" },
);

// What we ask of docker is the same in both versions, and of the oldest the least is known.
onOneMachine(objects("docker"), { flavour: "engines", on: "bookworm" });

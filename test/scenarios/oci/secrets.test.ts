/**
 * Secrets and limits, of system containers and of OCI containers with either engine: who has a secret reads it as a file
 * with its owner and mode; it is nowhere else; and when it changes on the host a switch restarts those that have it.
 */
import { expect } from "vitest";
import { loadImage, makeImage, putImage } from "../harness/oci-image.ts";
import { type Machine, onOneMachine } from "../harness.ts";

type Engine = "podman" | "docker";

const image = "localhost/secrets:1";
const [first, second, token] = ["tangerine-7261", "persimmon-9034", "credential-of-the-host-5518"];
const file = "/etc/app/password";
const nobody = 'import { defineHost } from "stowage";\nexport default defineHost({});\n';

const systemContainer = `{
  autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2", resources: limits,
  secrets: {
    password: { file: "${file}", target: "/etc/app/password", owner: "app", mode: "0440" },
    token: { credential: "token", encrypted: true },
  },
  config: {
    users: { users: { app: { isSystemUser: true, group: "app" } }, groups: { app: {} } },
    systemd: { services: { asks: {
      wantedBy: ["multi-user.target"],
      script: "cat $CREDENTIALS_DIRECTORY/password > /run/asked; sleep infinity",
      serviceConfig: { LoadCredential: "password" },
    } } },
  },
}`;

/** With podman a system container beside the others. */
const hostTs = (engine: Engine, limits: string) => `import { defineHost } from "stowage";

const limits = { ${limits} };
export default defineHost({
  containers: {${engine === "podman" ? ` system: ${systemContainer} ` : ""}},
  ociContainers: { backend: "${engine}", containers: {
    oci: {
      image: "${image}", pull: "never", user: "1000:1000", resources: limits,
      secrets: {
        password: { file: "${file}", owner: "1000", mode: "0440" },
        token: { credential: "token", encrypted: true, target: "/data/token" },
      },
    },
    plain: { image: "${image}", pull: "never" },
  } },
});
`;
const limits =
  'memoryMax: "500M", memoryHigh: "400M", memoryLow: "100M", memorySwapMax: "200M", cpuQuota: "50%", cpuWeight: 50, ioWeight: 20, pidsMax: 300';

const unitsOf = (engine: Engine): string[] => [
  `${engine}-oci.service`,
  ...(engine === "podman" ? ["container@system.service"] : []),
];

/** Where a value must not be, whoever looks: units, the store, logs, what the engines keep, processes and their arguments. */
async function expectNowhere(host: Machine, engine: Engine, value: string): Promise<void> {
  // The pattern is in a file: else the search would find itself.
  await host.put("/run/pattern", `${value}\n`, "0600");
  const found = await host.sh(`
    grep -rlsaF -f /run/pattern /etc/systemd /etc/stowage /var/lib/stowage /var/lib/containers /var/lib/docker \\
      /run/systemd /run/containers /run/libpod /run/docker /run/stowage /var/log 2> /dev/null |
      grep -v '^/run/stowage/secrets/${engine}-oci.service/' || :
    for process in /proc/[0-9]*; do
      grep -lsaF -f /run/pattern $process/cmdline $process/environ 2> /dev/null || :
    done
    journalctl --no-pager --output=export | grep -aF -f /run/pattern || :
    ${engine} inspect oci | grep -F -f /run/pattern || :
    systemctl show ${unitsOf(engine).join(" ")} | grep -F -f /run/pattern || :
    rm /run/pattern`);
  expect(found).toBe("");
  expect(await planOf(host)).not.toContain(value);
}

const planOf = async (host: Machine): Promise<string> => (await host.tryStowage(["plan"])).stdout;
/** What a switch would start, stop or restart, and why. */
const jobsOf = async (host: Machine): Promise<string[]> =>
  (await planOf(host)).match(/^ *(?:re)?(?:start|stop|load) .*$/gm)?.map((line) => line.trim().replace(/ +/g, " ")) ??
  [];
const restarts = (engine: Engine, because: string) => unitsOf(engine).map((unit) => `restart ${unit} (${because})`);

/** Which run of each unit it is. */
const runsOf = (host: Machine, units: readonly string[]) =>
  Promise.all(units.map((unit) => host.property(unit, "InvocationID")));

async function encrypt(host: Machine, value: string): Promise<void> {
  await host.put("/run/plain", value, "0600");
  await host.sh("systemd-creds encrypt --name=token /run/plain /etc/credstore.encrypted/token && rm /run/plain");
}

async function begin(host: Machine): Promise<void> {
  await host.sh("mkdir -p /etc/app /etc/credstore.encrypted");
  await host.put(file, `${first}\n`, "0600");
  await encrypt(host, token);
}

async function expectInside(host: Machine, engine: Engine): Promise<void> {
  const oci = (script: string) => host.must([engine, "exec", "oci", "sh", "-c", script]);
  expect(await oci("cat /run/secrets/password; stat -c '%u:%g %a' /run/secrets/password /data/token")).toBe(
    `${first}\n1000:1000 440\n0:0 400\n`,
  );
  expect(await oci("cat /data/token; echo no > /run/secrets/password; echo no")).toBe("no\n");
  expect(await host.must([engine, "exec", "-u", "0", "oci", "cat", "/data/token"])).toBe(token);
  // A user of the host sees none of it.
  const kept = `/run/stowage/secrets/${engine}-oci.service`;
  expect(await host.sh(`stat -c '%a %U' ${kept}`)).toBe("700 root\n");
  expect((await host.run(["setpriv", "--reuid=65534", "--clear-groups", "ls", kept])).code).not.toBe(0);
  if (engine === "docker") return;

  const system = (script: string) => host.inside("system", ["/bin/sh", "-c", script]);
  expect(await system("cat /etc/app/password /run/asked; cat /run/secrets/token")).toBe(`${first}\n${first}\n${token}`);
  expect(await system("stat -L -c '%U:%G %a' /etc/app/password /run/secrets/token")).toBe(
    "app:app 440\nroot:root 400\n",
  );
  expect(await system("findmnt -n -o FSTYPE -T $(readlink /etc/app/password)")).toBe("tmpfs\n");
}

async function expectRotation(host: Machine, engine: Engine): Promise<void> {
  expect(await jobsOf(host)).toEqual([]);
  const all = [...unitsOf(engine), `${engine}-plain.service`];
  const before = await runsOf(host, all);
  await host.put(file, `${second}\n`, "0600");
  expect(await jobsOf(host)).toEqual(restarts(engine, "its secret password changed"));
  await host.stowage(["switch"]);
  const same = (await runsOf(host, all)).map((run, at) => run === before[at]);
  expect(same).toEqual([...unitsOf(engine).map(() => false), true]);
  expect(await host.must([engine, "exec", "oci", "cat", "/run/secrets/password"])).toBe(`${second}\n`);
  if (engine === "podman") expect(await host.inside("system", ["cat", "/etc/app/password"])).toBe(`${second}\n`);

  // Another text of an encrypted one that says the same is no change.
  await encrypt(host, token);
  expect(await jobsOf(host)).toEqual([]);
  await encrypt(host, "another");
  expect(await jobsOf(host)).toEqual(restarts(engine, "its secret token changed"));
  await encrypt(host, token);
}

async function expectMissingIsTold(host: Machine, engine: Engine): Promise<void> {
  const before = await runsOf(host, unitsOf(engine));
  await host.sh(`mv ${file} ${file}.away`);
  expect(await planOf(host)).toContain("so its next start would fail");
  await host.configure(hostTs(engine, limits).replaceAll('mode: "0440"', 'mode: "0400"'));
  const { code, stderr } = await host.tryStowage(["switch"]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(`the secret password of container oci is not there: ${file} is no file`);
  expect(await runsOf(host, unitsOf(engine))).toEqual(before);
  await host.sh(`mv ${file}.away ${file}`);
}

/** The kernel here has no controllers: what is shown is that the processes are in the group whose limits systemd has. */
async function expectLimits(host: Machine, engine: Engine): Promise<void> {
  const own = engine === "podman" ? "podman-oci.service" : "stowage-docker\\x2doci.slice";
  const limited = [own, ...unitsOf(engine).slice(1)];
  const before = await runsOf(host, unitsOf(engine));
  const isKept = (await host.sh("cat /sys/fs/cgroup/cgroup.controllers")).includes("memory");
  const { stdout } = await host.tryStowage(["doctor"]);
  expect(stdout.includes('no control group controller "memory"')).toBe(!isKept);
  const pid = (await host.must([engine, "inspect", "-f", "{{.State.Pid}}", "oci"])).trim();
  expect(await host.sh(`cut -d: -f3 /proc/${pid}/cgroup`)).toContain(`${await host.property(own, "ControlGroup")}/`);
  const properties = (unit: string) =>
    Promise.all(["MemoryMax", "CPUQuotaPerSecUSec", "TasksMax"].map((key) => host.property(unit, key)));
  for (const unit of limited) expect(await properties(unit)).toEqual([`${500 * 1024 ** 2}`, "500ms", "300"]);
  const further = ["MemoryHigh", "MemoryLow", "MemorySwapMax", "CPUWeight", "IOWeight"];
  const given = [...[400, 100, 200].map((megabytes) => `${megabytes * 1024 ** 2}`), "50", "20"];
  for (const unit of limited) expect(await Promise.all(further.map((key) => host.property(unit, key)))).toEqual(given);
  await host.switchTo(hostTs(engine, 'memoryMax: "1G", pidsMax: 200'));
  for (const unit of limited) expect(await properties(unit)).toEqual([`${1024 ** 3}`, "infinity", "200"]);
  expect(await runsOf(host, unitsOf(engine))).toEqual(before);
}

onOneMachine(
  (scenario) => {
    for (const engine of ["podman", "docker"] as const) {
      scenario(
        `${engine}: who has a secret reads it, also when it changed; limits hold, and change`,
        async ({ host }) => {
          await begin(host);
          await loadImage(host, makeImage(host.suite, image), engine);
          await host.switchTo(hostTs(engine, limits));
          await expectInside(host, engine);
          await expectRotation(host, engine);
          for (const value of [first, second, token]) await expectNowhere(host, engine, value);
          await expectMissingIsTold(host, engine);
          await expectLimits(host, engine);
          await host.switchTo(nobody);
          expect(await host.sh("systemctl list-units --plain --no-legend 'stowage-*.slice'")).toBe("");
          expect(await host.sh("ls -A /run/stowage/secrets /run/credentials | grep -E 'oci|system.service' || :")).toBe(
            "",
          );
        },
      );
    }

    scenario("rootless: a secret belongs to who it says inside", async ({ host }) => {
      await begin(host);
      await host.sh("id app > /dev/null 2>&1 || useradd --create-home --uid 1500 app");
      await putImage(host, makeImage(host.suite, image), "/srv/image.tar");
      await host.switchTo(`import { defineHost } from "stowage";
export default defineHost({
  ociContainers: { containers: { mine: {
    image: "${image}", imageFile: "/srv/image.tar", podman: { user: "app" }, networks: ["none"], resources: { memoryMax: "400M" },
    secrets: { own: { file: "${file}" }, other: { file: "${file}", owner: "1000:50", mode: "0440" } },
  } } },
});
`);
      const pid = (await host.sh("pgrep -u app -f '^sleep infinity'")).trim();
      const inside = (script: string) => host.sh(`nsenter -t ${pid} -a -S 0 -G 0 /bin/sh -c '${script}'`);
      expect(await inside("cd /run/secrets; cat own other; stat -c %u:%g.%a own other")).toBe(
        `${first}\n${first}\n0:0.400\n1000:50.440\n`,
      );
      const group = await host.property("podman-mine.service", "ControlGroup");
      expect(await host.sh(`cut -d: -f3 /proc/${pid}/cgroup`)).toContain(`${group}/`);
      expect(await host.property("podman-mine.service", "MemoryMax")).toBe(`${400 * 1024 ** 2}`);
      await host.switchTo(nobody);
    });
  },
  { flavour: "engines", on: "trixie", timeout: 600_000 },
);

/** Containers of a user who is not logged in, and whose further ids are the last there are; without lingering, and with. */
import { expect } from "vitest";
import { makeImage, putImage } from "../harness/oci-image.ts";
import { eventually, type Machine, onOneMachine } from "../harness.ts";

const image = "localhost/rootless:1";
const podman = { user: "alice" };
const archive = { image, imageFile: "/srv/rootless.tar", podman };
const answer = (port: number) => [
  ...["sh", "-c", `trap "exit 0" TERM; httpd -p ${port} -h /etc; while :; do sleep 1 & wait $!; done`],
];

async function switchTo(host: Machine, ociContainers: object): Promise<string> {
  const text = `import { defineHost } from "stowage";\n\nexport default defineHost(${JSON.stringify({ ociContainers })});\n`;
  await host.put("/etc/stowage/host.ts", text);
  return host.stowage(["switch"]);
}

const prepared = new WeakSet<Machine>();

async function prepare(host: Machine): Promise<void> {
  if (prepared.has(host)) return;
  prepared.add(host);
  await host.must(["useradd", "--system", "--create-home", "--home-dir", "/srv/alice", "alice"]);
  // The last of 31 bits.
  await host.put("/etc/subuid", "alice:2147418112:65536\n");
  await host.put("/etc/subgid", "alice:2147418112:65536\n");
  // Pasta, which Debian 13's podman has for it, gives up on a host without a way out.
  await host.sh(
    "ip link add out type veth peer away && ip link set away up && ip link set out up && ip address add 192.0.2.9/24 dev out",
  );
  await host.must(["ip", "route", "add", "default", "via", "192.0.2.1"]);
  await putImage(host, makeImage(host.suite, image), archive.imageFile);
}

const asks = (host: Machine, port: number) =>
  eventually(async () =>
    expect(await host.must(["curl", "-sS", `http://127.0.0.1:${port}/group`])).toContain("app:x:"),
  );

onOneMachine(
  (scenario) => {
    scenario(
      "its ports answer, its processes are the user's, and others of the user's go on without it",
      async ({ host }) => {
        await prepare(host);
        const one = { ...archive, cmd: answer(6379), ports: ["127.0.0.1:6379:6379"], networks: ["app"] };
        const two = { ...archive, cmd: answer(6380), ports: ["127.0.0.1:6380:6380"], networks: ["app"], user: "app" };
        const both = {
          networks: { app: {} },
          volumes: { data: {} },
          containers: { one: { ...one, volumes: ["data:/data"] }, two },
        };
        await switchTo(host, both);
        await asks(host, 6379);
        await asks(host, 6380);
        const uid = (await host.must(["id", "-u", "alice"])).trim();
        const owners = await host.sh("ps -o uid= -C httpd | sort -u");
        // Root inside is the user; others are of the further ids.
        expect(owners.trim().split(/\s+/)).toEqual([uid, String(2147418112 + 999)]);
        expect(await host.property("podman-one.service", "User")).toBe("alice");
        expect((await host.must(["podman", "ps", "--all", "--quiet"])).trim()).toBe("");
        expect(await host.stowage(["run", "one", "--", "id", "-u"])).toBe("0\n");
        await host.must(["test", "-d", "/srv/alice/.local/share/containers/storage/volumes/data"]);
        expect((await host.run(["test", "-e", "/var/lib/systemd/linger/alice"])).code).toBe(1);
        // The first of a user's containers starts what serves the network; it is there still when that one has ended.
        await host.must(["systemctl", "stop", "podman-one.service"]);
        await asks(host, 6380);
        await host.must(["systemctl", "start", "podman-one.service"]);
        await asks(host, 6379);
        await asks(host, 6380);
        await host.kill("podman-two.service");
        await asks(host, 6380);
        await switchTo(host, {});
        // The volume's data alone is left: no process, no unit.
        await eventually(async () => expect((await host.run(["pgrep", "-u", "alice"])).stdout).toBe(""));
        await host.must(["test", "-d", "/srv/alice/.local/share/containers/storage/volumes/data"]);
      },
    );

    scenario(
      "of a user who lingers: ready when its health check has passed, and not before (T43)",
      async ({ host }) => {
        await prepare(host);
        const uid = (await host.must(["id", "-u", "alice"])).trim();
        // As libpam-systemd says it, which a lab host does not have.
        const runtime = "[Service]\nEnvironment=XDG_RUNTIME_DIR=/run/user/%i\n";
        await host.put("/etc/systemd/system/user@.service.d/runtime.conf", runtime);
        await host.must(["systemctl", "daemon-reload"]);
        await host.must(["loginctl", "enable-linger", "alice"]);
        await host.waitForUnit(`user@${uid}.service`);
        const serve = "sleep 2; httpd -p 6379 -h /etc; while :; do sleep 1 & wait $!; done";
        const healthcheck = {
          command: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:6379/group"],
          interval: "1s",
        };
        const late = {
          ...archive,
          cmd: ["sh", "-c", `trap "exit 0" TERM; ${serve}`],
          ports: ["127.0.0.1:6379:6379"],
          healthcheck: { ...healthcheck, retries: 30 },
          podman: { ...podman, sdnotify: "healthy" },
        };
        await switchTo(host, { containers: { late } });
        // Once: nobody has to wait any more, the switch has.
        expect(await host.must(["curl", "-sS", "http://127.0.0.1:6379/group"])).toContain("app:x:");
        const moment = async (name: string) => Number(await host.property("podman-late.service", name)) / 1e6;
        const began = await moment("ExecMainStartTimestampMonotonic");
        expect((await moment("ActiveEnterTimestampMonotonic")) - began).toBeGreaterThan(1);
        await switchTo(host, {});
        await host.must(["loginctl", "disable-linger", "alice"]);
      },
      { on: "trixie" },
    );
  },
  { flavour: "engines" },
);

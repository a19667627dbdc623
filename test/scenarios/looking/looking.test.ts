/** Looking at containers, of both kinds: what is told is what the machine, and other programs, say too. */
import { expect } from "vitest";
import { dualStack, serving } from "../configurations.ts";
import { makeImage, putImage } from "../harness/oci-image.ts";
import { eventually, httpGet, type Machine, onOneMachine } from "../harness.ts";

const image = "localhost/looking:1";
const archive = "/srv/looking.tar";

/** A file of a megabyte, so that what goes over the network shows. */
const config = serving("x".repeat(1_000_000));

const hostTs = (system = "", oci = ""): string => `import { defineHost } from "stowage";

export default defineHost({
  containers: {
    web: {
      autoStart: true,${dualStack}
      forwardPorts: [{ hostPort: 8080, containerPort: 80 }, { hostPort: 8081, containerPort: 81 }],
      config: ${config},
    },${system}
  },
  ociContainers: {
    backend: "podman",
    containers: {
      app: {
        image: "${image}",
        imageFile: "${archive}",
        ports: ["127.0.0.1:9090:90", "91"],
        cmd: ["sh", "-c", 'trap "exit 0" TERM; httpd -p 90 -h /etc; while :; do sleep 1 & wait $!; done'],
      },${oci}
    },
  },
});
`;

async function prepare(host: Machine, system?: string, oci?: string): Promise<void> {
  await putImage(host, makeImage(host.suite, image), archive);
  await host.switchTo(hostTs(system, oci));
}

const json = async (host: Machine, ...argv: string[]) => JSON.parse(await host.stowage([...argv, "--json"]));
const numbers = (text: string): number[] => text.split(/\s+/).filter(Boolean).map(Number);

onOneMachine(
  (scenario) => {
    scenario("status: its first process, its addresses, whether anybody listens, its last change", async ({ host }) => {
      await prepare(host);
      const leader = Number(await host.must(["machinectl", "show", "--property=Leader", "--value", "web"]));
      const web = await json(host, "status", "web");
      expect(web).toMatchObject({
        status: "up",
        pid: leader,
        addresses: ["10.233.1.2", "fd00:233:1::2"],
        source: expect.stringMatching(/^debian [a-z]+$/),
        byHand: false,
      });
      expect(web.log.length).toBeGreaterThan(0);
      expect(web.listening).toEqual([
        { port: "80/tcp", listens: true },
        { port: "81/tcp", listens: false },
      ]);
      const text = await host.stowage(["status", "web"]);
      expect(text).toMatch(/^up\n/);
      expect(text).toMatch(/^listening +80\/tcp; nothing inside on 81\/tcp$/m);
      expect(text).toMatch(new RegExp(`^changed +in generation ${web.changed.generation}, `, "m"));

      const app = await json(host, "status", "app");
      expect(app.listening).toEqual([
        { port: "90/tcp", listens: true },
        { port: "91/tcp", listens: false },
      ]);
      const [address] = app.addresses;
      expect(`${address}\n`).toBe(await host.stowage(["show-ip", "app"]));
      expect(`${app.pid}\n`).toBe(await host.must(["podman", "inspect", "--format={{.State.Pid}}", "app"]));

      await host.stowage(["stop", "web"]);
      expect(await host.stowage(["status", "web"])).toMatch(/^down\n/);
      expect(await json(host, "status", "web")).toMatchObject({ status: "down", pid: null, listening: null });
      await host.stowage(["start", "web"]);
      // As nixos-container has it: the word, and a code that says it, too.
      expect(await host.tryStowage(["status", "nobody"])).toEqual({ code: 1, stdout: "gone\n", stderr: "" });
    });

    scenario("port: what docker port says of it, also ports that the engine chose", async ({ host }) => {
      await prepare(host);
      expect(await host.stowage(["port", "web"])).toBe(
        ["80/tcp -> 0.0.0.0:8080", "80/tcp -> [::]:8080", "81/tcp -> 0.0.0.0:8081", "81/tcp -> [::]:8081", ""].join(
          "\n",
        ),
      );
      expect((await httpGet(host, "http://127.0.0.1:8080/")).status).toBe(200);
      expect(await host.stowage(["port", "app"])).toBe(await host.must(["podman", "port", "app"]));
      expect(await host.stowage(["port", "app", "90"])).toBe("127.0.0.1:9090\n");
      const [chosen] = await json(host, "port", "app", "91");
      expect(chosen.hostPort).toBeGreaterThan(1023);
      expect((await host.tryStowage(["port", "app", "92"])).code).toBe(1);
      await host.stowage(["stop", "app"]);
      expect(await host.stowage(["port", "app"])).toBe("90/tcp -> 127.0.0.1:9090\n");
      await host.stowage(["start", "app"]);
    });

    scenario("top: the processes inside and no others, by both numberings", async ({ host }) => {
      await prepare(host);
      const rows = await json(host, "top", "web");
      const namespace = (await host.sh(`readlink /proc/${rows[0].pid}/ns/pid`)).trim();
      const script = 'for p in /proc/[0-9]*; do [ "$(readlink $p/ns/pid)" = "$1" ] && basename $p; done; :';
      const known = numbers(await host.must(["sh", "-c", script, "sh", namespace]));
      const told: number[] = rows.map(({ pid }: { pid: number }) => pid);
      // What comes and goes in between aside.
      expect(told.filter((pid) => !known.includes(pid)).length).toBeLessThan(3);
      expect(known.filter((pid) => !told.includes(pid)).length).toBeLessThan(3);
      expect(rows[0]).toMatchObject({ innerPid: 1, innerUid: 0 });
      expect(rows[0].uid).toBeGreaterThan(65_535);
      expect(rows.map(({ command }: { command: string }) => command).join("\n")).toContain("nginx: master");
      const inside = numbers(
        (await host.inside("web", ["sh", "-c", "grep -lx nginx /proc/[0-9]*/comm"])).replace(/\D+/g, " "),
      );
      const ofNginx = rows.filter(({ command }: { command: string }) => command.startsWith("nginx"));
      expect(ofNginx.map(({ innerPid }: { innerPid: number }) => innerPid).sort()).toEqual(inside.sort());
      // In a namespace of its own, in which it is number 1.
      await host.inside("web", [
        "systemd-run",
        "--quiet",
        "--unit=asleep",
        "unshare",
        "--pid",
        "--fork",
        "sleep",
        "4711",
      ]);
      const asleep = async () =>
        (await json(host, "top", "web")).find(({ command }: { command: string }) => command === "sleep 4711");
      await eventually(async () => expect((await asleep())?.innerPid).toBeGreaterThan(1));
      // It hears no SIGTERM, and would keep the container from stopping for a minute.
      await host.inside("web", ["systemctl", "kill", "--signal=KILL", "asleep"]);
      expect(await host.stowage(["top", "web"])).toMatch(/^PID +UID +PID INSIDE +UID INSIDE /);

      const commands = (await json(host, "top", "app")).map(({ command }: { command: string }) => command);
      expect(commands).toContain("httpd -p 90 -h /etc");
      expect(commands.join("\n")).not.toContain("conmon");
      await host.stowage(["stop", "app"]);
      expect((await host.tryStowage(["top", "app"])).stderr).toContain("error[not-running]");
      await host.stowage(["start", "app"]);
    });

    scenario("stats: what they use, once and again and again; a dash for what nobody counts", async ({ host }) => {
      await prepare(host);
      const of = async (name: string) => (await json(host, "stats")).find((row: { name: string }) => row.name === name);
      const before = await of("web");
      expect(before).toMatchObject({ running: true });
      expect(before.memory).toBeGreaterThan(1_000_000);
      expect(before.cpuTime).toBeGreaterThan(0);
      expect(before.processes).toBeGreaterThan(2);
      await httpGet(host, "http://10.233.1.2/");
      await host.sh("systemd-run --machine=web --quiet --unit=busy sh -c 'while :; do :; done'");
      const after = await of("web");
      expect(after.sent - before.sent).toBeGreaterThan(1_000_000);
      expect(after.cpuTime).toBeGreaterThan(before.cpuTime);
      await eventually(async () => expect((await of("web")).cpu).toBeGreaterThan(5));
      await host.inside("web", ["systemctl", "stop", "busy"]);

      // Lab hosts have no controllers: that is said, and not made up.
      const controllers = await host.get("/sys/fs/cgroup/cgroup.controllers");
      const { stdout, stderr } = await host.tryStowage(["stats"]);
      if (!controllers.includes("memory")) {
        expect(after.memorySource).toBe("pss");
        expect(stderr).toContain("PSS");
      }
      if (!controllers.includes("io")) {
        expect(after).toMatchObject({ read: null, written: null });
        expect(stdout).toMatch(/^web .* - +- +\d+$/m);
      }
      const watched = await host.run([
        "timeout",
        "--signal=INT",
        "20",
        "sh",
        "-c",
        "stowage stats web app --watch --json | head -n 2",
      ]);
      const lines = watched.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines.map((rows) => rows.map(({ name }: { name: string }) => name))).toEqual([
        ["web", "app"],
        ["web", "app"],
      ]);
    });

    scenario(
      "show-host-key: of one that runs and one that is down; no link of the container's is followed",
      async ({ host }) => {
        await prepare(host);
        const show = () => host.tryStowage(["show-host-key", "web"]);
        const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeKeyOfTheContainer root@web";
        const path = "/etc/ssh/ssh_host_ed25519_key.pub";
        expect(await show()).toMatchObject({ code: 1, stdout: "" });
        await host.inside("web", ["sh", "-c", `mkdir -p /etc/ssh && echo '${key}' > ${path}`]);
        expect(await show()).toEqual({ code: 0, stdout: `${key}\n`, stderr: "" });
        expect(await json(host, "show-host-key", "web")).toMatchObject({ name: "web", type: "ed25519" });
        await host.stowage(["stop", "web"]);
        expect(await show()).toEqual({ code: 0, stdout: `${key}\n`, stderr: "" });
        await host.stowage(["start", "web"]);
        // A key of the host's, by each kind of link.
        await host.put("/srv/keys/ssh_host_ed25519_key.pub", `${key}-of-the-host\n`);
        for (const link of [
          `ln -sf /srv/keys/ssh_host_ed25519_key.pub ${path}`,
          "rm -r /etc/ssh && ln -s /srv/keys /etc/ssh",
          "rm -r /etc/ssh && ln -s ../../../../../../srv/keys /etc/ssh",
        ]) {
          await host.inside("web", ["sh", "-c", link]);
          expect(await show()).toMatchObject({ code: 1, stdout: "" });
        }
        await host.inside("web", ["sh", "-c", "rm /etc/ssh"]);
      },
    );

    scenario("list: fifty, and nobody else's; with --all what is left of those that are gone", async ({ host }) => {
      const app = `{ image: "${image}", imageFile: "${archive}", autoStart: false }`;
      const many = Array.from({ length: 50 }, (_, n) => `\n      c${n}: ${app},`).join("");
      await prepare(host, "\n    old: { config: {} },", many);
      // Others' containers, and files where ours are.
      const id = (await host.must(["podman", "inspect", "--format={{.Image}}", "app"])).trim();
      await host.must(["podman", "run", "-d", "--pull=never", "--name=foreign", id, "sleep", "infinity"]);
      await host.sh(
        "echo x > /etc/stowage/containers/podman.conf; mkdir -p /etc/containers && echo x > /etc/containers/other.conf",
      );
      const rows = await json(host, "list");
      const names = rows.map(({ name }: { name: string }) => name);
      expect(names).toEqual(["app", "old", "web", ...Array.from({ length: 50 }, (_, n) => `c${n}`)].sort());
      const up = rows.filter(({ state }: { state: string }) => state === "up");
      expect(up.map(({ name, kind }: { name: string; kind: string }) => [name, kind])).toEqual([
        ["app", "oci"],
        ["web", "system"],
      ]);
      expect(rows.find(({ name }: { name: string }) => name === "web").since).toBe(
        (await json(host, "status", "web")).since,
      );
      // By its other names, and by the parser, which is asked where there is more than flags.
      const table = (text: string) => text.replaceAll(/\d+[ms]\b( \d+s)?/g, "").replaceAll(/ +/g, " ");
      const text = table(await host.stowage(["list"]));
      expect(table(await host.stowage(["ls"]))).toBe(text);
      expect(table(await host.stowage(["--no-color", "ps"]))).toBe(text);

      await host.stowage(["start", "old"]);
      await host.switchTo(hostTs());
      expect(await json(host, "list")).toHaveLength(2);
      const gone = (await json(host, "list", "--all")).slice(2);
      expect(gone).toHaveLength(51);
      const of = (wanted: string) => gone.find(({ name }: { name: string }) => name === wanted);
      expect(of("c7")).toMatchObject({ state: "gone", kind: "oci", root: null });
      expect(of("old")).toMatchObject({ state: "gone", kind: "system", root: "/var/lib/stowage/containers/old/root" });
      await host.must(["podman", "rm", "-f", "foreign"]);
    });
  },
  { flavour: "engines", on: "bookworm" },
);

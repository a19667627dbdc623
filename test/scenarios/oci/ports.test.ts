/**
 * Ports of OCI containers: who gets to them, also past a firewall, and what of that is said; what cannot be is told before
 * anything is started: two that want one port, ranges that an engine refuses, an engine that is not there.
 */
import { expect } from "vitest";
import type { Neighbour } from "../../../lab/network.ts";
import { httpGet, NoAnswer } from "../harness/http.ts";
import type { Machine } from "../harness/machine.ts";
import { loadImage, makeImage } from "../harness/oci-image.ts";
import { eventually, onOneMachine } from "../harness.ts";

const image = "localhost/ports:1";
const serve = ["sh", "-c", "trap 'exit 0' TERM; echo of web >/data/index.html; httpd -f -p 80 -h /data & wait"];
const web = { image, pull: "never", cmd: serve };

const hostTs = (backend: string, containers: object, system: object = {}): string => {
  const config = { containers: system, ociContainers: { backend, containers } };
  return `import { defineHost } from "stowage";\n\nexport default defineHost(${JSON.stringify(config, null, 2)});\n`;
};

/** Lets nobody in but this very machine. */
const firewall = `nft add table inet guard
nft add chain inet guard input '{ type filter hook input priority 0; policy drop; }'
for rule in 'iif lo accept' 'ct state established,related accept'; do nft add rule inet guard input $rule; done`;

/** As on a host that has no docker: nothing is filtered. */
const withoutDocker = "systemctl stop docker.socket docker.service; iptables -P FORWARD ACCEPT; iptables -F FORWARD";

/** A switch that must be refused: nothing is made of it. */
async function refused(host: Machine, engine: string, text: string): Promise<string> {
  await host.put("/etc/stowage/host.ts", text);
  const { code, stderr } = await host.tryStowage(["switch"]);
  expect(code).toBe(1);
  const units = await host.sh(`ls /etc/systemd/system; ${engine} ps -aq 2>/dev/null || true`);
  expect(units).not.toMatch(/web/);
  expect((await host.tryStowage(["list"])).stdout).not.toContain("web");
  return stderr;
}

const neighbours = new WeakMap<Machine, Promise<Neighbour>>();

onOneMachine(
  (scenario) => {
    for (const engine of ["docker", "podman"] as const) {
      scenario(`who gets to a port: ${engine}`, async ({ host }) => {
        await loadImage(host, makeImage(host.suite, image), engine);
        // Docker lets nothing in that is podman's.
        if (engine === "podman") await host.sh(withoutDocker);
        const program = `/usr/bin/${engine}`;

        // What cannot be.
        const system = {
          db: {
            path: "/srv/tree",
            privateNetwork: true,
            localAddress: "10.233.1.2",
            forwardPorts: [{ hostPort: 8085 }],
          },
        };
        const range = { ...web, ports: ["8080-8090:80-90"] };
        expect(await refused(host, engine, hostTs(engine, { web: range }, system))).toContain(
          "error[port-clash]: port 8085/tcp of the host is forwarded to container db and to container web",
        );
        await host.must(["mv", program, "/run/away"]);
        expect(await refused(host, "true", hostTs(engine, { web }))).toContain(
          `error[no-engine]: ${engine} is not installed, and container web would be run by it`,
        );
        await host.must(["mv", "/run/away", program]);

        // As the engines have it: what is refused by us is refused by them, at the start.
        const starts = async (port: string) =>
          (await host.run([engine, "run", "--rm", "--pull=never", "-p", port, image, "true"])).code === 0;
        expect(await starts("127.0.0.1:8099")).toBe(false);
        expect(await starts("2000-2010:80-85")).toBe(false);
        expect(await starts("2000-2010:80")).toBe(engine === "docker");

        // Who gets to which.
        await host.configure(hostTs(engine, { web: { ...web, ports: ["127.0.0.1:8081:80", "8082:80"] } }));
        const { stdout: plan } = await host.tryStowage(["plan"]);
        expect(plan).toContain("port 8081/tcp of this host, for this machine only, will lead into container web\n");
        expect(plan).toContain("port 8082/tcp of this host, on all its addresses, will lead into container web; what");
        await host.stowage(["switch"]);
        neighbours.set(host, neighbours.get(host) ?? host.neighbour());
        const neighbour = await (neighbours.get(host) as Promise<Neighbour>);
        const of = (port: number, from: Parameters<typeof httpGet>[0] = neighbour) =>
          httpGet(from, `http://${from === neighbour ? host.address : "127.0.0.1"}:${port}/`, 3);
        await eventually(async () => expect((await of(8082)).body).toBe("of web\n"));
        expect((await of(8081, host)).body).toBe("of web\n");
        expect((await of(8082, host)).body).toBe("of web\n");
        await expect(of(8081)).rejects.toThrow(NoAnswer);

        // A firewall of the host has no say in it, which is what is told.
        await host.sh("mkdir -p /srv/own && echo of the host >/srv/own/index.html");
        await host.must([
          "systemd-run",
          "--quiet",
          "--unit=own",
          "busybox",
          "httpd",
          "-f",
          "-p",
          "9000",
          "-h",
          "/srv/own",
        ]);
        await eventually(async () => expect((await of(9000)).body).toBe("of the host\n"));
        await host.sh(firewall);
        await expect(of(9000)).rejects.toThrow(NoAnswer);
        expect((await of(8082)).body).toBe("of web\n");
        const told = await host.stowage(["status", "web"]);
        expect(told).toContain("8082->80/tcp (for other machines too, past the firewall's rules for this host)\n");
        expect(told).toContain("127.0.0.1:8081->80/tcp (for this machine only)\n");
        const [row] = JSON.parse(await host.stowage(["list", "--json"]));
        expect(row.ports.map(({ reach }: { reach: string }) => reach)).toEqual(["machine", "network"]);

        // An engine that has gone since.
        await host.must(["mv", program, "/run/away"]);
        const { stdout: found } = await host.tryStowage(["doctor"]);
        expect(found).toContain(`${program} is missing`);
        await host.must(["mv", "/run/away", program]);
        await host.sh("nft delete table inet guard; systemctl stop own.service");
        await host.switchTo(hostTs(engine, {}));
      });
    }
  },
  { flavour: "engines", on: "trixie", timeout: 300_000 },
);

/** A container of a streamed image under a unit name of its own, with capabilities and a device, as engines see it (T41). */
import { expect } from "vitest";
import { makeImage } from "../harness/oci-image.ts";
import { eventually, httpGet, type Machine, onOneMachine } from "../harness.ts";

const hostTs = (backend: string) => `import { defineHost } from "stowage";

export default defineHost({
  ociContainers: { backend: "${backend}", containers: { nginx: {
    serviceName: "nginxtest",
    image: "localhost/nginx:1",
    imageStream: "/srv/stream-nginx",
    ports: ["8181:80"],
    capabilities: { AUDIT_READ: true, AUDIT_WRITE: false },
    devices: ["/dev/random:/dev/random"],
  } } },
});
`;

interface Inspected {
  readonly HostConfig: {
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly Privileged: boolean;
    readonly Devices: readonly unknown[];
  };
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null };
}

async function inspect(host: Machine, engine: string): Promise<Inspected> {
  const [found] = JSON.parse(await host.must([engine, "inspect", "nginx"])) as Inspected[];
  if (found === undefined) throw new Error("there is no container nginx");
  return found;
}

/** Whether it may ever have CAP_AUDIT_READ, number 37, and CAP_AUDIT_WRITE, number 29. */
async function bounding(host: Machine, engine: string): Promise<{ read: boolean; write: boolean }> {
  const status = await host.must([engine, "exec", "nginx", "cat", "/proc/1/status"]);
  const set = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? ""}`);
  return { read: ((set >> 37n) & 1n) === 1n, write: ((set >> 29n) & 1n) === 1n };
}

const served = "<h1>streamed</h1>\n";
const cmd = ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"];

onOneMachine(
  (scenario) => {
    for (const engine of ["podman", "docker"] as const) {
      scenario(`a streamed image under a name of its own: ${engine}`, async ({ host }) => {
        const { archive } = makeImage(host.suite, "localhost/nginx:1", { Cmd: cmd }, { "www/index.html": served });
        await host.put("/srv/nginx.tar", archive);
        await host.put("/srv/stream-nginx", "#!/bin/sh\nexec cat /srv/nginx.tar\n", "0755");
        await host.put("/etc/stowage/host.ts", hostTs(engine));
        await host.stowage(["switch"]);
        await host.waitForUnit("nginxtest.service");
        await eventually(async () => expect((await httpGet(host, "http://127.0.0.1:8181/")).body).toBe(served));

        const { HostConfig, Config } = await inspect(host, engine);
        const capability = (name: string) => name.replace(/^CAP_/, "");
        expect((HostConfig.CapAdd ?? []).map(capability)).toEqual(["AUDIT_READ"]);
        // Podman says how its set differs from docker's, in 4.3; what it has dropped besides, and so says not, later.
        if (engine === "docker") expect((HostConfig.CapDrop ?? []).map(capability)).toEqual(["AUDIT_WRITE"]);
        expect(await bounding(host, engine)).toEqual({ read: true, write: false });
        expect(HostConfig.Privileged).toBe(false);
        const device = { PathOnHost: "/dev/random", PathInContainer: "/dev/random" };
        expect(HostConfig.Devices).toEqual([{ ...device, CgroupPermissions: engine === "docker" ? "rwm" : "" }]);
        if (engine === "podman") expect(Config.Labels?.PODMAN_SYSTEMD_UNIT).toBe("nginxtest.service");

        // It is the engine's stop that stops it: systemd's own signal would end nothing, and then wait for two minutes.
        const dropIn = "/etc/systemd/system/nginxtest.service.d/no-kill.conf";
        await host.put(dropIn, "[Service]\nKillSignal=SIGCONT\n");
        await host.must(["systemctl", "daemon-reload"]);
        const started = Date.now();
        await host.must(["systemctl", "stop", "nginxtest.service"]);
        expect(Date.now() - started).toBeLessThan(60_000);
        expect(await host.property("nginxtest.service", "ActiveState")).toBe("inactive");
        expect(await host.must([engine, "ps", "--all", "--quiet"])).toBe("");
        await host.must(["rm", "-r", "/etc/systemd/system/nginxtest.service.d"]);
        await host.must(["systemctl", "daemon-reload"]);
        // The other engine takes over what runs.
        await host.must(["systemctl", "start", "nginxtest.service"]);
      });
    }
  },
  { flavour: "engines", on: "bookworm", timeout: 240_000 },
);

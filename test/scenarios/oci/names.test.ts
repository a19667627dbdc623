/**
 * Containers of both kinds find and reach each other by name, with either engine, beside Docker's rules and past
 * restarts (T45); one that comes or goes is known at once, and touches none that runs.
 */
import { expect } from "vitest";
import { serving } from "../configurations.ts";
import { eventually, httpGet, type Machine, onOneMachine } from "../harness.ts";
import { httpd, makeImage } from "./served.ts";

const hostTs = (backend: string, further: Readonly<Record<string, string>> = {}) => {
  const containers = { web: httpd('ports: ["8080:80"],'), other: httpd('hostname: "other-host",'), ...further };
  return `import { defineHost } from "stowage";

export default defineHost({
  containers: { db: {
    autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
    config: { ...${serving("of db\n")}, packages: ["curl", "nginx-light"] },
  } },
  ociContainers: { backend: "${backend}", containers: {
${Object.entries(containers)
  .map(([name, body]) => `    ${name}: ${body},`)
  .join("\n")}
  } },
});
`;
};

class Stage {
  readonly host: Machine;
  readonly engine: "podman" | "docker";
  constructor(host: Machine, engine: "podman" | "docker") {
    this.host = host;
    this.engine = engine;
  }

  within(container: string, argv: readonly string[]): Promise<string> {
    return this.host.must([this.engine, "exec", container, ...argv]);
  }

  /** The pages that a container gets, one after the other. */
  get(from: string, ...places: readonly string[]): Promise<string> {
    const curl = ["curl", "-sS", "-m", "5", ...places.map((place) => `http://${place}/`)];
    return from === "db" ? this.host.inside("db", curl) : this.within(from, curl);
  }

  unit = (name: string) => `${this.engine}-${name}.service`;

  pids(): Promise<string[]> {
    const units = ["container@db.service", this.unit("web"), this.unit("other")];
    return Promise.all(units.map((unit) => this.host.property(unit, "MainPID")));
  }

  async everybodyReachesEverybody(): Promise<void> {
    const [both, all] = ["of web\nof other-host\n", "of db\nof web\nof other-host\n"];
    const full = ["db.containers", "web.containers", "other.containers"];
    expect(await this.get("db", "web", "other", ...full.slice(1))).toBe(both + both);
    for (const from of ["web", "other"]) expect(await this.get(from, "db", "web", "other", ...full)).toBe(all + all);
    expect(await this.host.must(["curl", "-sS", "-m", "5", ...full])).toBe(all);
  }
}

/** As on a host that has no docker: nothing is passed on, and nothing filtered. */
const withoutDocker = `systemctl stop docker.socket docker.service
  sysctl -qw net.ipv4.ip_forward=0; iptables -P FORWARD ACCEPT; iptables -F; iptables -t nat -F`;

/** Of a container that does not react to SIGTERM. */
const killSupervisor = `kill -STOP $(podman inspect --format '{{.State.Pid}}' web)
  kill -KILL $(podman inspect --format '{{.State.ConmonPid}}' web)`;

onOneMachine(
  (scenario) => {
    for (const engine of ["podman", "docker"] as const) {
      scenario(`everybody reaches everybody by name: ${engine}`, async ({ host }) => {
        await host.sh(makeImage(engine));
        if (engine === "podman") await host.sh(withoutDocker);
        const stage = new Stage(host, engine);
        await host.configure(hostTs(engine));
        if (engine === "podman") {
          // Told before anything is begun: a host that has these addresses elsewhere.
          await host.sh("ip link add taken type bridge && ip addr add 10.87.3.1/24 dev taken && ip link set taken up");
          const { code, stderr } = await host.tryStowage(["switch"]);
          expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("10.87.3.0/24 by taken") });
          expect(await host.sh("ls /etc/systemd/system")).not.toContain("podman-web.service");
          await host.must(["ip", "link", "del", "taken"]);
        }
        await host.stowage(["switch"]);
        await eventually(() => stage.everybodyReachesEverybody());
        if (engine === "podman") {
          // That the engine lets the host pass on packets opens nothing; and then beside Docker's rules.
          const neighbour = await host.neighbour();
          await neighbour.must(["ip", "route", "add", "10.233.1.2/32", "via", host.address]);
          await expect(httpGet(neighbour, "http://10.233.1.2/", 2)).rejects.toThrow();
          expect((await httpGet(neighbour, `http://${host.address}:8080/`)).body).toBe("of web\n");
          await host.must(["systemctl", "start", "docker.service"]);
          await eventually(() => stage.everybodyReachesEverybody());
        }

        // It knows itself, whatever it is called, and its host.
        expect(await stage.get("other", "other-host", "localhost", "host.containers.internal:8080")).toBe(
          "of other-host\nof other-host\nof web\n",
        );

        // The same addresses after a restart and a crash, that of its interface too: neighbours remember it for a while.
        const hardware = () => stage.within("web", ["cat", "/sys/class/net/eth0/address"]);
        const before = await hardware();
        const address = (await host.sh("getent ahostsv4 web.containers")).split(" ")[0] ?? "";
        expect(address).toMatch(/^10\.87\./);
        await host.must(["systemctl", "restart", stage.unit("web")]);
        await eventually(async () => expect(await stage.get("db", "web")).toBe("of web\n"));
        await host.sh(engine === "docker" ? "docker kill web" : killSupervisor);
        await eventually(async () => expect(await stage.get("db", "web")).toBe("of web\n"), 60_000);
        expect(await hardware()).toBe(before);
        expect(await stage.within("web", ["ip", "-oneline", "-4", "address"])).toContain(` ${address}/16 `);

        // One that comes is known at once, and so is that it has gone; nobody was touched for it.
        const pids = await stage.pids();
        await host.switchTo(hostTs(engine, { later: httpd() }));
        await eventually(async () => expect(await stage.get("db", "later")).toBe("of later\n"));
        expect(await stage.get("other", "later")).toBe("of later\n");
        await host.switchTo(hostTs(engine));
        expect(await stage.within("other", ["cat", "/etc/hosts"])).not.toContain("later");
        expect(await stage.pids()).toEqual(pids);
      });
    }
  },
  { flavour: "engines", on: "bookworm", timeout: 300_000 },
);

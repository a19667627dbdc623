/**
 * Containers of both kinds find and reach each other by name, with either engine, beside Docker's rules and past
 * restarts (T45); one that comes or goes is known at once, and touches none that runs.
 */
import { expect } from "vitest";
import { serving } from "../configurations.ts";
import { loadImage, makeImage } from "../harness/oci-image.ts";
import { eventually, httpGet, type Machine, onOneMachine } from "../harness.ts";

const image = "localhost/names:1";
const httpd = (more = "") => `{ image: "${image}", pull: "never", ${more}
      cmd: ["sh", "-c", "mkdir /w; echo of $(hostname) >/w/index.html; exec httpd -f -p 80 -h /w"] }`;

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

  /** What a container gets by a name: by busybox's client, or by curl in the system container. */
  get(from: string, name: string): Promise<string> {
    if (from === "db") return this.host.inside("db", ["curl", "-sS", "-m", "5", `http://${name}/`]);
    return this.within(from, ["wget", "-q", "-T", "5", "-O-", `http://${name}/`]);
  }

  pids(): Promise<string[]> {
    const units = ["container@db", `${this.engine}-web`, `${this.engine}-other`];
    return Promise.all(units.map((unit) => this.host.property(`${unit}.service`, "MainPID")));
  }

  async everybodyReachesEverybody(): Promise<void> {
    const names = { db: "of db\n", web: "of web\n", other: "of other-host\n" };
    for (const from of Object.keys(names))
      for (const [name, page] of Object.entries(names))
        if (from !== "db" || name !== "db") expect(await this.get(from, name), `${name} from ${from}`).toBe(page);
    for (const [name, page] of Object.entries(names)) {
      expect((await httpGet(this.host, `http://${name}.containers/`)).body).toBe(page);
      expect(await this.get("web", `${name}.containers`)).toBe(page);
    }
  }
}

onOneMachine(
  (scenario) => {
    for (const engine of ["podman", "docker"] as const) {
      scenario(`${engine}: everybody reaches everybody by name`, async ({ host }) => {
        await loadImage(host, makeImage(host.suite, image), engine);
        const stage = new Stage(host, engine);
        const { get, within } = { get: stage.get.bind(stage), within: stage.within.bind(stage) };
        await host.switchTo(hostTs(engine));
        await eventually(() => stage.everybodyReachesEverybody());

        // It knows itself, whatever it is called, and its host.
        expect(await within("other", ["hostname"])).toBe("other-host\n");
        expect(await get("other", "other-host")).toBe("of other-host\n");
        await within("web", ["ping", "-c1", "-W2", "host.containers.internal"]);
        await within("web", ["ping", "-c1", "-W2", "localhost"]);

        // The same address after a restart, and after a crash, and neighbours find it there at once.
        const address = (await host.sh("getent ahostsv4 web.containers")).split(" ")[0] ?? "";
        expect(address).toMatch(/^10\.87\./);
        await host.must(["systemctl", "restart", `${engine}-web.service`]);
        await eventually(async () => expect(await get("db", "web")).toBe("of web\n"), 5_000);
        await host.must([engine, "kill", "web"]);
        await eventually(async () => expect(await get("db", "web")).toBe("of web\n"));
        expect(await within("web", ["ip", "-oneline", "-4", "address"])).toContain(` ${address}/16 `);

        // One that comes is known at once, and so is that it has gone; nobody was touched for it.
        const pids = await stage.pids();
        await host.switchTo(hostTs(engine, { later: httpd() }));
        await eventually(async () => expect(await get("db", "later")).toBe("of later\n"));
        expect(await get("other", "later")).toBe("of later\n");
        await host.switchTo(hostTs(engine));
        expect(await within("other", ["cat", "/etc/hosts"])).not.toContain("later");
        await expect(get("other", "later")).rejects.toThrow();
        expect(await stage.pids()).toEqual(pids);
      });
    }
  },
  { flavour: "engines", timeout: 240_000 },
);

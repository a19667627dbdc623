/**
 * A host that boots, without a network, starts every container of both kinds that it had, in the order of what they depend
 * on, and they find each other: after its power was cut, with both engines; after it was shut down, the
 * gentler end of the two, with podman alone.
 */
import { expect } from "vitest";
import { serving } from "../configurations.ts";
import { eventually, type Machine, onOneMachine } from "../harness.ts";
import { httpd, makeImage } from "./served.ts";

/** Each depends on the one before it, across kinds. */
const hostTs = (backend: string) => `import { defineHost } from "stowage";

export default defineHost({
  containers: { db: {
    autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2", dependsOn: ["cache"],
    config: { ...${serving("of db\n")}, packages: ["curl", "nginx-light"] },
  } },
  ociContainers: { backend: "${backend}", networks: { inner: {} }, volumes: { kept: {} }, containers: {
    cache: ${httpd('volumes: ["kept:/kept"],')},
    web: ${httpd('dependsOn: ["db"], ports: ["8080:80"],')},
    api: ${httpd('dependsOn: ["web"], networks: ["inner"],')},
    asleep: ${httpd("autoStart: false,")},
  } },
});
`;

class Stage {
  readonly host: Machine;
  readonly engine: "podman" | "docker";
  constructor(host: Machine, engine: "podman" | "docker") {
    this.host = host;
    this.engine = engine;
  }

  get units(): readonly string[] {
    const { engine } = this;
    return [`${engine}-cache`, "container@db", `${engine}-web`, `${engine}-api`].map((name) => `${name}.service`);
  }

  async expectAll(): Promise<void> {
    for (const unit of this.units) await this.host.waitForUnit(unit, "active", 60_000);
    const since = await Promise.all(
      this.units.map(async (unit) => Number(await this.host.property(unit, "ActiveEnterTimestampMonotonic"))),
    );
    expect(since.every((time) => time > 0)).toBe(true);
    expect(since).toEqual([...since].sort((a, b) => a - b));
    expect(await this.host.property(`${this.engine}-asleep.service`, "ActiveState")).toBe("inactive");
    await eventually(async () => {
      const urls = ["http://cache.containers/", "http://db.containers/", "http://127.0.0.1:8080/"];
      expect(await this.host.must(["curl", "-sS", "-m", "5", ...urls])).toBe("of cache\nof db\nof web\n");
      const inside = [this.engine, "exec", "web", "curl", "-sS", "-m", "5", "http://db/", "http://cache/"];
      expect(await this.host.must(inside)).toBe("of db\nof cache\n");
    });
    expect(await this.host.sh("systemctl --failed --no-legend --plain")).toBe("");
    // Nothing differs from what is declared, so nothing is left to do.
    expect(await this.host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });
  }
}

onOneMachine(
  (scenario) => {
    for (const engine of ["podman", "docker"] as const) {
      scenario(`everything is there again after a boot: ${engine}`, async ({ host }) => {
        const stage = new Stage(host, engine);
        await host.sh(makeImage(engine));
        await host.switchTo(hostTs(engine));
        await stage.expectAll();
        await host.sh(`${engine} exec cache sh -c 'echo kept >/kept/file'`);
        // A cycle would not show each time: systemd takes some job of it out, and mostly another one.
        const verified = await host.run(["systemd-analyze", "verify", "--man=no", "multi-user.target"]);
        expect(verified.stderr).not.toContain("cycle");

        // The engine has told nobody that it would end: what it keeps of its containers is as it was in that moment.
        await host.lab.crash();
        await host.lab.start();
        await stage.expectAll();
        if (engine === "podman") {
          await host.lab.powerOff();
          await host.lab.start();
          await stage.expectAll();
        }
        expect(await host.must([engine, "exec", "cache", "cat", "/kept/file"])).toBe("kept\n");
      });
    }
  },
  { on: "trixie", flavour: "engines", timeout: 300_000 },
);

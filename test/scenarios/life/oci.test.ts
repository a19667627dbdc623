/** kill, restart and limits of time of OCI containers: what runs is the engine's. G11. */
import { expect } from "vitest";
import { loadImage, makeImage } from "../harness/oci-image.ts";
import { eventually, type Machine, onOneMachine } from "../harness.ts";

const image = "localhost/life:1";
/** It does not listen to TERM, and says that it was told HUP. */
const deaf = {
  image,
  pull: "never",
  cmd: ["sh", "-c", "trap '' TERM; trap 'echo hung up' HUP; while :; do sleep 0.2; done"],
};

const hostTs = (backend: string) =>
  `import { defineHost } from "stowage";\n\nexport default defineHost(${JSON.stringify({
    ociContainers: { backend, containers: { deaf } },
  })});\n`;

async function life(host: Machine, engine: "podman" | "docker"): Promise<void> {
  const unit = `${engine}-deaf.service`;
  const inspect = async () => host.run([engine, "container", "inspect", "--format", "{{.State.Pid}}", "deaf"]);
  const answer = async (...argv: string[]) => {
    const { code, stdout, stderr } = await host.tryStowage([...argv, "deaf", "--json"]);
    const [row] = stdout === "" ? [] : JSON.parse(stdout);
    return { code, stderr, ...row };
  };
  await host.put("/etc/stowage/host.ts", hostTs(engine));
  await host.stowage(["switch"]);
  // One that was stopped stays so, with another engine, too.
  await host.stowage(["start", "deaf"]);
  const pid = (await inspect()).stdout.trim();

  await host.stowage(["kill", "deaf", "--signal", "HUP"]);
  await eventually(async () => expect(await host.stowage(["logs", "deaf"])).toContain("hung up"));
  expect((await inspect()).stdout.trim()).toBe(pid);

  expect(await answer("kill")).toMatchObject({ code: 0, result: "done", state: "down", killed: true });
  expect((await host.run(["test", "-e", `/proc/${pid}`])).code).toBe(1);
  expect((await inspect()).code).not.toBe(0);
  expect(await host.property(unit, "ActiveState")).toBe("inactive");
  // A signal is for one that runs.
  expect(await answer("kill", "--signal", "HUP")).toMatchObject({ code: 4, result: "failed" });

  await host.stowage(["start", "deaf"]);
  const restarted = await answer("restart", "--timeout", "1");
  expect(restarted).toMatchObject({ code: 0, result: "done", state: "up", killed: true });
  const began = Date.now();
  const stopped = await answer("stop", "--timeout", "1");
  expect(stopped).toMatchObject({ code: 0, result: "done", state: "down", killed: true });
  expect(stopped.stderr).toContain("deaf: not shut down within 1 s: killed deaf\n");
  // The engines themselves wait for ten seconds.
  expect(Date.now() - began).toBeLessThan(9000);
  expect((await inspect()).code).not.toBe(0);
  expect((await host.tryStowage(["plan"])).stdout).not.toContain(unit);
}

onOneMachine(
  (scenario) => {
    scenario("podman and docker: ended at once, gone for good, and started again", async ({ host }) => {
      await host.must(["systemctl", "start", "docker.service"]);
      const made = makeImage(host.suite, image, { Env: ["PATH=/bin"] });
      for (const engine of ["podman", "docker"] as const) await loadImage(host, made, engine);
      await life(host, "podman");
      await life(host, "docker");
    });
  },
  { on: "bookworm", flavour: "engines" },
);

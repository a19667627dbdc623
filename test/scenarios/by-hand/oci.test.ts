/** An OCI container by hand: what it runs, its variables, its ports; declared ones are not for destroy. */
import { expect } from "vitest";
import { loadImage, makeImage } from "../harness/oci-image.ts";
import { scenario } from "../harness.ts";

scenario(
  "an OCI container is made by hand, runs what it was given, and is gone again",
  async ({ host }) => {
    await loadImage(host, makeImage(host.suite, "localhost/life:1"), "podman");
    const made = JSON.parse(
      await host.stowage([
        "create",
        "by.hand",
        "--json",
        "--auto-start",
        "--image",
        "localhost/life:1",
        "--set",
        "pull=never",
        "--env",
        "A=one two",
        "--port",
        "8080:80",
        "--",
        "sh",
        "-c",
        'trap "exit 0" TERM; sleep infinity & wait',
      ]),
    );
    expect(made).toMatchObject({ name: "by.hand", kind: "oci", started: true });
    await host.waitForUnit("podman-by.hand.service");
    expect(await host.stowage(["run", "by.hand", "--", "sh", "-c", "echo $A"])).toBe("one two\n");
    expect(await host.get("/etc/stowage/made/by.hand.ts")).toContain('A: "one two"');
    expect(await host.must(["podman", "port", "by.hand"])).toContain("8080");
    // As host.ts: what is in one is not in the other's way.
    await host.put(
      "/etc/stowage/host.ts",
      'export default { ociContainers: { containers: { web: { image: "localhost/life:1", pull: "never", cmd: ["sleep", "infinity"] } } } };\n',
    );
    await host.stowage(["switch"]);
    await host.waitForUnit("podman-web.service");
    await host.waitForUnit("podman-by.hand.service");
    const declared = await host.tryStowage(["destroy", "web", "by.hand"]);
    expect([declared.code, declared.stderr]).toStrictEqual([1, expect.stringContaining("host.ts declares it")]);
    await host.waitForUnit("podman-by.hand.service");
    await host.stowage(["destroy", "by.hand"]);
    expect(await host.must(["podman", "ps", "--all", "--format", "{{.Names}}"])).toBe("web\n");
    expect(await host.sh("ls /etc/stowage/made 2>&1 || true")).toContain("No such file");
    expect(await host.stowage(["switch"])).toBe("");
  },
  { on: "trixie", flavour: "engines" },
);

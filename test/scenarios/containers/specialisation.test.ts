/** Further systems of a container: taken over from inside, left for what the host declares. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, scenario } from "../harness.ts";

const wanted = 'wantedBy: ["multi-user.target"]';
const sleeping = (more = "") => `{ ${wanted}, serviceConfig: { ExecStart: "/usr/bin/sleep infinity"${more} } }`;

const web = (note: string): string =>
  hostWith({
    web: `
      autoStart: true,
      privateNetwork: true,
      config: {
        environment: { etc: { note: { text: "${note}\\n" } } },
        systemd: { services: { steady: ${sleeping()}, plain: ${sleeping()} } },
        system: {
          configurationName: "as always",
          copySystemConfiguration: true,
          extraSystemBuilderCmds: ${JSON.stringify(builder)},
        },
        specialisation: { debug: { configuration: ({ config }) => ({
          environment: { etc: { level: { text: "debug of " + config.environment.etc.note.text } } },
          systemd: { services: {
            tracer: ${sleeping()},
            plain: { environment: { LEVEL: "debug" } },
          } },
        }) } },
        nesting: {
          children: [{ environment: { etc: { alone: { text: "alone\\n" } } } }],
          clone: [{ packages: ["nginx-light"] }],
        },
      },`,
  });

/** It finds neither the network, nor the host's files, nor anything to write to but its own place. */
const builder = `
mkdir "$out/extra"
id -u >"$out/extra/who"
ls / >"$out/extra/seen"
{ touch /etc/x || touch "$out/root/x" || touch "$out/recipe.json"; } 2>/dev/null && exit 1
grep CapEff /proc/self/status >"$out/extra/capabilities"
ls /sys/class/net /var/lib/stowage >/dev/null 2>&1 && exit 1
grep -q : /proc/net/dev && grep -v lo: /proc/net/dev | grep : && exit 1
true
`;

async function identity(host: Machine, service: string): Promise<Record<string, string>> {
  const inside = async (...argv: string[]) => (await host.inside("web", argv)).trim();
  return {
    invocation: await host.property("container@web.service", "InvocationID"),
    boot: await inside("cat", "/proc/sys/kernel/random/boot_id"),
    service: await inside("systemctl", "show", "--property=MainPID,InvocationID", service),
  };
}

const current = "/run/declared/current";
const isActive = async (host: Machine, unit: string): Promise<string> =>
  (await host.run(["systemctl", "--machine=web", "is-active", unit])).stdout.trim();

scenario(
  "a further system is taken over in place, and left for what the host declares",
  async ({ host }) => {
    await host.switchTo(web("one"));
    const text = async (path: string) => host.inside("web", ["cat", path]);
    const before = await identity(host, "steady.service");
    const plain = await identity(host, "plain.service");

    // What a result has.
    expect(await text(`${current}/configuration-name`)).toBe("as always");
    expect(await text(`${current}/init-interface-version`)).toBe("stowage 1");
    expect(await text(`${current}/system-version`)).toContain("state version 1");
    expect(await text(`${current}/configuration.ts`)).toContain('configurationName: "as always"');
    expect(await text(`${current}/extra/who`)).toBe("0\n");
    expect(await text(`${current}/extra/capabilities`)).toMatch(/:\t0+\n$/);
    expect((await text(`${current}/extra/seen`)).split("\n")).not.toContain("root");
    await host.inside("web", ["test", "-x", `${current}/sw/bin/sleep`]);
    await host.inside("web", ["test", "-x", `${current}/init`]);

    // Into it.
    const debug = `${current}/specialisation/debug/bin/switch-to-configuration`;
    expect(await host.inside("web", [debug, "dry-activate"])).toBe(
      "would restart plain.service\nwould start tracer.service\n",
    );
    expect(await isActive(host, "tracer.service")).toBe("inactive");
    await host.inside("web", [debug, "test"]);
    expect(await text("/etc/level")).toBe("debug of one\n");
    expect(await isActive(host, "tracer.service")).toBe("active");
    expect(await text(`${current}/configuration-name`)).toBe("as always");
    expect(await host.inside("web", ["systemctl", "show", "--property=Environment", "plain"])).toContain("LEVEL=debug");
    expect(await identity(host, "plain.service")).not.toEqual(plain);
    expect(await identity(host, "steady.service")).toEqual(before);
    // Again: nothing is touched.
    const tracer = await identity(host, "tracer.service");
    await host.inside("web", [debug, "test"]);
    expect(await identity(host, "tracer.service")).toEqual(tracer);

    // To another one, by the path of before.
    await host.inside("web", [`${current}/fine-tune/child-1/bin/switch-to-configuration`, "test"]);
    expect(await text("/etc/alone")).toBe("alone\n");
    await host.inside("web", ["test", "!", "-e", "/etc/level"]);
    await host.inside("web", ["test", "!", "-e", "/etc/note"]);
    for (const unit of ["tracer", "steady", "plain"]) expect(await isActive(host, `${unit}.service`)).toBe("inactive");

    // Other packages are refused, and nothing else than a host decides what it starts with.
    const clone = `${current}/fine-tune/child-2/bin/switch-to-configuration`;
    const refused = await host.run(["stowage", "run", "web", "--", clone, "test"]);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toMatch(/cannot be taken over in place: its packages changed: \+nginx-light /);
    expect((await host.run(["stowage", "run", "web", "--", clone, "switch"])).code).toBe(1);
    expect(await text("/etc/alone")).toBe("alone\n");

    // Back, by hand.
    await host.inside("web", [`${current}/bin/switch-to-configuration`, "test"]);
    expect(await text("/etc/note")).toBe("one\n");
    await host.inside("web", ["test", "!", "-e", "/etc/alone"]);
    expect(await isActive(host, "steady.service")).toBe("active");

    // Back, because the host declares something new: from inside the other system.
    await host.inside("web", [debug, "test"]);
    const steady = await identity(host, "steady.service");
    await host.switchTo(web("two"));
    expect(await text("/etc/note")).toBe("two\n");
    await host.inside("web", ["test", "!", "-e", "/etc/level"]);
    expect(await isActive(host, "tracer.service")).toBe("inactive");
    expect(await host.inside("web", ["systemctl", "show", "--property=Environment", "plain"])).not.toContain("LEVEL");
    expect(await identity(host, "steady.service")).toEqual(steady);

    // Back, by a reload and by a restart.
    await host.inside("web", [debug, "test"]);
    await host.stowage(["reload", "web"]);
    expect(await isActive(host, "tracer.service")).toBe("inactive");
    await host.inside("web", [debug, "test"]);
    await host.must(["systemctl", "restart", "container@web"]);
    expect(await isActive(host, "tracer.service")).toBe("inactive");
    expect(await isActive(host, "steady.service")).toBe("active");
    expect(await host.inside("web", ["systemctl", "is-system-running", "--wait"])).toBe("running\n");
  },
  { on: "trixie" },
);

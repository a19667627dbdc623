/** `flake`: built by the host's Nix at build or switch and by update, never at a start. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { scenario } from "../harness.ts";
import { prepareNix } from "./store.ts";

const hostTs = hostWith({
  web: `flake: "path:/srv/nix", privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",`,
});
const profile = "/nix/var/nix/profiles/per-container/web/system";

scenario(
  "a flake is built once by switch, anew by update, and taken over by the running container",
  async ({ host }) => {
    await prepareNix(host);
    // No build outside: the flake is on this host alone.
    await host.put("/etc/stowage/host.ts", hostTs);
    await host.stowage(["switch"]);
    const first = (await host.must(["readlink", "-e", profile])).trim();
    expect(first).toMatch(/^\/nix\/store\/[^/]+-system-flake$/);
    await host.stowage(["start", "web"]);
    expect(await host.stowage(["run", "web", "--", "readlink", "/run/current-system"])).toBe(`${first}\n`);
    expect(await host.stowage(["switch"])).toBe("");
    expect(await host.stowage(["update", "web"])).toBe(`web: nothing new, ${first}\n`);

    await host.sh('sed -i \'s/label = "flake"/label = "newer"/\' /srv/nix/flake.nix');
    // What is at the reference has changed; it is looked at when somebody asks.
    expect(await host.stowage(["switch"])).toBe("");
    const said = await host.stowage(["update", "web"]);
    const second = (await host.must(["readlink", "-e", profile])).trim();
    expect(said).toBe(`web: ${first} -> ${second}, taken over by the running container\n`);
    expect(await host.stowage(["run", "web", "--", "readlink", "/run/current-system"])).toBe(`${second}\n`);

    // Another flake, and back: the profile is one for all generations.
    await host.sh('cp -a /srv/nix /srv/nix2; sed -i \'s/label = "newer"/label = "third"/\' /srv/nix2/flake.nix');
    await host.put("/etc/stowage/host.ts", hostTs.replace("path:/srv/nix", "path:/srv/nix2"));
    await host.stowage(["switch"]);
    const third = (await host.must(["readlink", "-e", profile])).trim();
    expect([first, second]).not.toContain(third);
    await host.stowage(["rollback"]);
    expect((await host.must(["readlink", "-e", profile])).trim()).toBe(second);

    await host.put("/etc/stowage/host.ts", hostTs.replace("path:/srv/nix", "path:/srv/nix#other"));
    const { code, stderr } = await host.tryStowage(["switch"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/nixosConfigurations\."?other"?/);
    expect((await host.must(["readlink", "-e", profile])).trim()).toBe(second);
  },
  { on: "bookworm", flavour: "nix", timeout: 240_000 },
);

scenario(
  "without Nix a flake is told, before anything is done",
  async ({ host }) => {
    await host.put("/etc/stowage/host.ts", hostTs);
    const { code, stderr } = await host.tryStowage(["switch"]);
    expect(code).toBe(1);
    expect(stderr).toContain("error[nix-missing]: container web has a flake, and Nix is not installed");
    expect((await host.run(["test", "-e", "/nix"])).code).toBe(1);
    expect((await host.run(["test", "-e", "/etc/systemd/system/container@web.service"])).code).toBe(1);
  },
  { on: "bookworm" },
);

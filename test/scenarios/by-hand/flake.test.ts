/** G15: a flake is remembered; what cannot be built leaves nothing, neither profile nor address. */
import { expect } from "vitest";
import { scenario } from "../harness.ts";
import { prepareNix } from "../path/store.ts";
import { traces } from "./made.ts";

scenario(
  "a flake that does not build leaves nothing; one that does is built anew by update",
  async ({ host }) => {
    await prepareNix(host);
    const before = await traces(host, "web");
    const failed = await host.tryStowage(["create", "web", "--flake", ".#other"], { cwd: "/srv/nix" });
    expect([failed.code, failed.stdout]).toStrictEqual([1, ""]);
    expect(await traces(host, "web")).toBe(before);

    await host.stowage(["create", "web", "--flake", "path:/srv/nix", "--auto-start"]);
    expect(await host.stowage(["show-ip", "web"])).toBe("10.233.1.2\n");
    const system = () => host.stowage(["run", "web", "--", "readlink", "/run/current-system"]);
    const first = await system();
    await host.sh('sed -i \'s/label = "flake"/label = "newer"/\' /srv/nix/flake.nix');
    expect(await host.stowage(["update", "web"])).toContain("taken over by the running container");
    expect(await system()).not.toBe(first);
    await host.stowage(["destroy", "web"]);
    const left = (await traces(host, "web")).replaceAll(/^.*generation\.json\n/gm, "");
    expect(left).toBe(before);
  },
  { on: "bookworm", flavour: "nix", timeout: 240_000 },
);

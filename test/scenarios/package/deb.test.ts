/** The Debian package: what it brings, what a boot does, and what its removal leaves alone. docs/design/packages.md */
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { must } from "../../../lab/exec.ts";
import { checkout } from "../../../lab/places.ts";
import { eventually, type Machine, scenario } from "../harness.ts";
import { bring, debPackage, makeDeb } from "./build.ts";

const hostTs = readFileSync(join(checkout(), "examples/first/host.ts"), "utf8");
const page = "Hello from a container that host.ts declared.";

const isInstalled = async (host: Machine, name: string): Promise<boolean> =>
  (await host.run(["dpkg-query", "--show", "--showformat", "$" + "{db:Status-Status}", name])).stdout === "installed";

const serves = (host: Machine): Promise<void> =>
  eventually(
    async () => expect(await host.must(["curl", "--silent", "http://127.0.0.1:8080/"])).toContain(page),
    60_000,
  );

const apt = (host: Machine, ...words: string[]): Promise<string> =>
  host.must(["sh", "-c", 'exec 2>&1; exec apt-get --quiet --yes "$@"', "apt", ...words], { timeout: 180_000 });

scenario(
  "apt installs it with what it needs, declared containers start at boot, and its removal ends none",
  async ({ host }) => {
    const deb = await debPackage();
    const file = `/root/${basename(deb)}`;
    await bring(host, deb, file);
    await host.goOnline();
    await host.must(["dpkg", "--purge", "systemd-container", "nftables"]);
    await apt(host, "update");
    await apt(host, "install", "--no-install-recommends", file);
    for (const name of ["stowage", "systemd-container", "nftables"]) expect(await isInstalled(host, name)).toBe(true);
    // It brings its own Node, and nobody else gets that.
    expect((await host.run(["sh", "-c", "command -v node"])).code).not.toBe(0);
    expect(await host.sh("gunzip --stdout /usr/share/man/man1/stowage-switch.1.gz")).toContain("stowage switch");
    expect(await host.get("/usr/share/doc/stowage/copyright")).toMatch(/Node\.js.*of the npm package esbuild/s);

    await host.configure(hostTs);
    await host.stowage(["switch"]);
    await serves(host);
    await host.lab.powerOff();
    await host.lab.start();
    await serves(host);
    const runs = await host.property("container@web.service", "ExecMainPID");

    const removed = await apt(host, "remove", "stowage");
    expect(removed).toContain("stowage: the containers of this machine go on running, and start at boot.");
    expect((await host.run(["sh", "-c", "command -v stowage"])).code).not.toBe(0);
    await serves(host);
    await apt(host, "install", "--no-install-recommends", file);
    expect(await host.stowage(["list"])).toMatch(/^web +system +isolated +up /m);
    expect(await host.stowage(["switch"])).toBe("");
    const purged = await apt(host, "purge", "stowage");
    expect(purged.split("run 'stowage uninstall', then")).toHaveLength(2);
    expect(purged.split("'stowage uninstall --state' removes also all that they have written")).toHaveLength(2);
    await serves(host);
    expect(await host.property("container@web.service", "ExecMainPID")).toBe(runs);
    expect(await host.get("/etc/stowage/host.ts")).toBe(hostTs);
    expect((await host.run(["test", "-e", "/var/cache/stowage"])).code).toBe(1);

    await apt(host, "install", "--no-install-recommends", file);
    await host.stowage(["uninstall", "--state"]);
    await host.must(["rm", "-r", "/etc/stowage"]);
    expect(await apt(host, "purge", "stowage")).not.toContain("go on running");
    expect((await host.run(["find", "/usr/lib/stowage", "/etc/stowage", "/var/cache/stowage"])).stdout).toBe("");
    // A lab host's /var/lib/stowage is mounted: it cannot go.
    expect(await host.sh("ls -A /var/lib/stowage")).toBe("");
  },
  { bare: true, timeout: 900_000, on: "bookworm" },
);

test("the same source and the same Node give the same bytes", { timeout: 300_000 }, async () => {
  const hash = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");
  const first = await debPackage();
  const into = mkdtempSync(join(tmpdir(), "stowage-again-"));
  try {
    const dist = join(into, "dist");
    cpSync(join(checkout(), "dist"), dist, { recursive: true });
    // As with another umask.
    await must(["chmod", "--recursive", "go=", dist]);
    await makeDeb(into, { TZ: "Asia/Tokyo", LANG: "tr_TR.UTF-8", TMPDIR: into }, dist);
    expect(hash(join(into, basename(first)))).toBe(hash(first));
  } finally {
    rmSync(into, { recursive: true });
  }
});

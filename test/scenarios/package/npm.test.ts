/** README's "any other host" and its first host.ts, as they are written: the package of npm, on a host with Node and npm. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { checkout } from "../../../lab/places.ts";
import { type Machine, scenario } from "../harness.ts";
import { bring, npmPackage } from "./build.ts";
import { blocksOf, playDocument } from "./document.ts";

const readme = readFileSync(join(checkout(), "README.md"), "utf8");

/** Node and npm as this machine has them, and npm's settings: where it fetches from, and whom it trusts. */
async function giveNpm(host: Machine): Promise<void> {
  const npm = join(execFileSync("npm", ["root", "--global"], { encoding: "utf8" }).trim(), "npm");
  host.copyToState(npm, "npm");
  await bring(host, process.execPath, "/usr/local/bin/node");
  await host.sh(`chmod +x /usr/local/bin/node; mkdir -p /usr/local/lib/node_modules; mv /var/lib/stowage/npm /usr/local/lib/node_modules/npm
    ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm`);
  const setting = (name: string) =>
    execFileSync("npm", ["config", "get", name], {
      encoding: "utf8",
      cwd: "/",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  const trusted = setting("cafile");
  const lines = [`registry=${setting("registry")}`];
  if (trusted.startsWith("/")) {
    await host.put("/root/authorities.pem", readFileSync(trusted));
    lines.push("cafile=/root/authorities.pem");
  }
  await host.put("/root/.npmrc", `${lines.join("\n")}\n`);
}

scenario(
  "npm install --global, init, switch, a page, uninstall",
  async ({ host }) => {
    const archive = await npmPackage();
    await giveNpm(host);
    await host.goOnline();
    await bring(host, archive, `/root/${basename(archive)}`);
    const [install, ...first] = [["Install"], ["First host.ts"]].map((sections) => blocksOf(readme, sections));
    // The first of the two ways to install is the Debian package's.
    await playDocument({ host, instead: {} }, install?.slice(1) ?? []);
    await playDocument({ host, instead: {} }, first.flat());
    expect((await host.run(["ls", "-A", "/var/lib/stowage"])).stdout).toBe("");
    await host.must(["npm", "uninstall", "--global", "stowage"]);
    expect((await host.run(["sh", "-c", "command -v stowage"])).code).not.toBe(0);
  },
  { on: "trixie", bare: true, timeout: 900_000 },
);

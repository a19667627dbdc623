/** docs/tutorial.md, as it is written, on a Debian that nobody has prepared: and the machine is as before. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { checkout } from "../../../lab/places.ts";
import { eventually, scenario } from "../harness.ts";
import { bring, debPackage } from "./build.ts";
import { blocksOf, playDocument } from "./document.ts";
import { differences, everythingOn, onlyForwarding } from "./everything.ts";

const tutorial = readFileSync(join(checkout(), "docs/tutorial.md"), "utf8");

/** What a newcomer does: a page that no longer says so would play, and show nothing. */
const steps = [
  "apt install",
  "stowage init",
  "stowage check",
  "stowage plan",
  "stowage switch",
  "stowage list",
  "stowage logs",
  "stowage rollback",
  "stowage uninstall",
  "apt autoremove --purge",
];

scenario(
  "a newcomer installs, writes, errs, mends, switches, changes, goes back, and leaves no trace",
  async ({ host }) => {
    for (const step of steps) expect(tutorial).toContain(`\n# ${step}`);
    const deb = await debPackage();
    await host.goOnline();
    await host.must(["apt-get", "--quiet", "update"], { timeout: 120_000 });
    // Every Debian has the first two but for the smallest; apt keeps them once they are there, as others suggest them.
    await host.must(["apt-get", "--quiet", "--yes", "install", "bzip2", "xz-utils", "zstd"], { timeout: 120_000 });
    expect((await host.run(["sh", "-c", "command -v node stowage"])).stdout).toBe("");
    const before = await everythingOn(host);
    await bring(host, deb, `/root/${basename(deb)}`);
    await playDocument({ host, instead: { "stowage_0.1.0_amd64.deb": basename(deb) } }, blocksOf(tutorial));
    await eventually(async () => expect(differences(before, await everythingOn(host))).toEqual(onlyForwarding), 20_000);
  },
  { on: "bookworm", bare: true, timeout: 900_000 },
);

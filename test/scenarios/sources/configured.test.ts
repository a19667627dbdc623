/** A container whose system somebody else packed: what `config` declares is as in one of Debian's packages. */
import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { labCache } from "../../../lab/places.ts";
import { type Suite, suites, tree } from "../../../lab/tree.ts";
import { type Machine, type Scene, scenario } from "../harness.ts";

const packed = (suite: Suite) => join(labCache(), `sources-${process.pid}-${suite}.tar`);
afterAll(() => {
  for (const suite of suites) rmSync(packed(suite), { force: true });
});

/** What a lab host itself runs, less what nobody reads, as an archive in its /var/lib/stowage. */
async function giveArchive(host: Machine): Promise<void> {
  const file = packed(host.suite);
  const left = ["dev/*", "proc/*", "usr/share/doc/*", "usr/share/locale/*", "usr/share/man/*", "var/cache/*"];
  const excludes = ["--anchored", ...left.map((path) => `--exclude=./${path}`)];
  if (!existsSync(file)) execFileSync("tar", ["-C", await tree(host.suite), ...excludes, "-cf", file, "."]);
  host.copyToState(file, "base.tar");
}

const hostTs = (page: string) => `import { defineHost, tarball } from "stowage";

export default defineHost({ containers: { alpha: { config: {
  system: { source: tarball("/var/lib/stowage/base.tar") },
  environment: { etc: { "site/page": { text: ${JSON.stringify(page)} }, "issue": { text: "ours\\n", mode: "0640" } } },
  users: { users: { app: { isSystemUser: true } } },
  systemd: { services: { own: {
    wantedBy: ["multi-user.target"],
    script: "touch /var/lib/own.started; exec sleep infinity",
    serviceConfig: { User: "root" },
  } } },
} } } });
`;

scenario("an archive of a root file system is a system like any other", play, { on: "bookworm", timeout: 180_000 });

async function play({ host }: Scene): Promise<void> {
  await mistakesAreTold(host);
  await giveArchive(host);
  await host.put("/etc/stowage/host.ts", hostTs("one"));
  await host.stowage(["switch"]);
  await host.stowage(["start", "alpha"]);

  const inside = (...argv: string[]) => host.inside("alpha", argv).then((text) => text.trim());
  expect(await inside("cat", "/etc/site/page")).toBe("one");
  expect(await inside("stat", "-c", "%a %U", "/etc/issue")).toBe("640 root");
  expect(await inside("systemctl", "is-active", "own.service")).toBe("active");
  expect(await inside("id", "-un", "app")).toBe("app");
  expect(await inside("dpkg-query", "-W", "systemd")).toMatch(/^systemd\t2\d\d/);
  // Its own, and not what was in the archive.
  const id = await inside("cat", "/etc/machine-id");
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(await inside("sh", "-c", "touch /usr/x || echo read-only")).toContain("read-only");

  // Nothing to do, and what is declared is taken over in place.
  expect(await host.stowage(["switch"])).toBe("");
  const leader = await host.property("container@alpha.service", "MainPID");
  await host.put("/etc/stowage/host.ts", hostTs("two"));
  await host.stowage(["switch"]);
  expect(await inside("cat", "/etc/site/page")).toBe("two");
  expect(await host.property("container@alpha.service", "MainPID")).toBe(leader);

  await changesAreNoticed(host);
  await host.stowage(["switch"]);
  expect(await inside("cat", "/etc/machine-id")).toBe(id);
  expect(await inside("systemctl", "is-active", "own.service")).toBe("active");
}

/** What was pinned is what is used, until somebody says otherwise. */
async function changesAreNoticed(host: Machine): Promise<void> {
  await host.sh("head -c 512 /dev/zero >>/var/lib/stowage/base.tar");
  const refused = await host.tryStowage(["switch"]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("base.tar is not what stowage.lock says it is");
  expect(refused.stderr).toContain("stowage update");
  expect(await host.stowage(["update"])).toMatch(
    /^import tarball \/var\/lib\/stowage\/base\.tar: sha256:\w+ -> sha256:\w+$/m,
  );
  const plan = await host.tryStowage(["plan"]);
  expect(plan.code).toBe(2);
  expect(plan.stdout).toContain("/var/lib/stowage/base.tar was pinned anew");
  // One that is gone is missed only where the store does not have it.
  await host.stowage(["build"]);
  await host.sh("rm /var/lib/stowage/base.tar");
}

/** Each with its place, and before anything was made. */
async function mistakesAreTold(host: Machine): Promise<void> {
  const write = (config: string) =>
    host.put(
      "/etc/stowage/host.ts",
      `import { defineHost, oci, tarball } from "stowage";\nexport default defineHost({ containers: { alpha: { config: {\n${config}\n} } } });\n`,
    );
  const said = async (config: string): Promise<string> => {
    await write(config);
    const { code, stderr } = await host.tryStowage(["build"]);
    expect(code).toBe(1);
    return stderr;
  };
  const both = await said('packages: ["curl"],\nsystem: { source: tarball("./base.tar") },');
  expect(both).toContain("has packages, and a source of the kind tarball");
  expect(both).toContain("host.ts:3:");
  expect(await said('system: { source: tarball("./base.tar") },')).toContain(
    "it is /etc/stowage/base.tar: a relative path begins at the directory of host.ts",
  );
  expect(await said('system: { source: oci("docker://debian:13") },')).toContain(
    "skopeo copy docker://debian:13 oci-archive:FILE",
  );
  await host.sh("tar -C /etc -cf /etc/stowage/base.tar passwd");
  expect(await said('system: { source: tarball("./base.tar") },')).toContain("has no directory usr/");
  expect(await host.sh("ls -A /var/lib/stowage/store")).not.toMatch(/building|tarball/);
}

/** `stowage image`: what it makes boots without stowage, under three programs that know nothing of it. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { must } from "../../../lab/exec.ts";
import { checkout, stateDir } from "../../../lab/places.ts";
import { type Suite, suites } from "../../../lab/tree.ts";
import { buildOutside, eventually, type Machine, scenario } from "../harness.ts";

const hostTs = (suite: Suite): string => `import { debian, defineHost } from "stowage";
export default defineHost({ containers: { alpha: { config: {
  system: { source: debian({ suite: "${suite}" }) },
  environment: { etc: {
    "site/page": { text: "declared\\n" },
    "secret": { text: "x", mode: "0600" },
  } },
  users: { users: { app: { isSystemUser: true } } },
  systemd: { services: { own: {
    wantedBy: ["multi-user.target"],
    script: "cat /etc/site/page >/run/own; exec sleep infinity",
  } } },
} } } });
`;

const formats = ["tar", "oci", "squashfs"];
let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "stowage-image-"));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** The command on this machine, with the store that lab hosts get their systems from. */
async function stowage(...argv: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    STOWAGE_STATE_DIR: join(stateDir(), "state"),
    STOWAGE_CACHE_DIR: join(stateDir(), "cache"),
  };
  return must([process.execPath, join(checkout(), "dist/cli.js"), ...argv], { env, timeout: 100_000 });
}

const fileOf = (suite: Suite, format: string): string => join(place, `${suite}.${format}`);

async function makeImages(suite: Suite): Promise<void> {
  const directory = join(place, suite);
  execFileSync("mkdir", [directory]);
  writeFileSync(`${directory}/host.ts`, hostTs(suite));
  const { lock } = await buildOutside(hostTs(suite));
  writeFileSync(`${directory}/stowage.lock`, lock ?? "");
  for (const format of formats) {
    await stowage("-c", `${directory}/host.ts`, "image", "alpha", "--format", format, "-o", fileOf(suite, format));
  }
}

const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

scenario(
  "an image boots by itself, by systemd-nspawn and podman, and is the same bytes each time",
  async ({ host }) => {
    await makeImages(host.suite);
    for (const format of formats) host.copyToState(fileOf(host.suite, format), `image.${format}`);
    await bootsInNspawn(host);
    await runsInPodman(host);
    // Once is enough: nothing of this differs between the suites.
    if (host.suite !== suites[0]) return;
    hasTheSameFiles(host.suite);
    await isTheSameAgain(host.suite);
  },
  { on: "bookworm", flavour: "engines", timeout: 180_000 },
);

/** In a container of anybody's: the archive unpacked, and its init started. */
async function bootsInNspawn(host: Machine): Promise<void> {
  await host.sh(
    "mkdir /var/lib/machines/alpha && tar -C /var/lib/machines/alpha --numeric-owner -xpf /var/lib/stowage/image.tar",
  );
  await host.sh(
    "systemd-run --unit=boot-alpha --property=Delegate=yes --property=Type=notify " +
      "systemd-nspawn --keep-unit --notify-ready=yes --kill-signal=SIGRTMIN+3 --boot -M alpha -D /var/lib/machines/alpha --private-network",
  );
  const inside = async (...argv: string[]) => (await host.inside("alpha", argv)).trim();
  await eventually(async () => expect(await inside("systemctl", "is-active", "own.service")).toBe("active"));
  expect(await inside("cat", "/run/own", "/etc/hostname")).toBe("declared\nalpha");
  expect(await inside("stat", "-c", "%a %F", "/etc/secret", "/etc/site/page")).toBe(
    "600 regular file\n644 regular file",
  );
  expect(await inside("id", "-un", "app")).toBe("app");
  expect(await inside("cat", "/etc/machine-id")).toMatch(/^[0-9a-f]{32}$/);
  expect(await inside("readlink", "/run/declared/current")).toBe("/usr/lib/stowage/declared");
  expect(await inside("systemctl", "list-units", "--failed", "--plain", "--no-legend")).toBe("");
  await host.must(["systemctl", "stop", "boot-alpha"]);
}

async function runsInPodman(host: Machine): Promise<void> {
  await host.must(["podman", "load", "-q", "-i", "/var/lib/stowage/image.oci"]);
  expect(await host.must(["podman", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}"])).toContain(
    "localhost/alpha:latest",
  );
  await host.must([
    "podman",
    "run",
    "-d",
    "--name",
    "alpha",
    "--systemd=always",
    "--network=none",
    "localhost/alpha:latest",
  ]);
  const inside = async (...argv: string[]) => (await host.must(["podman", "exec", "alpha", ...argv])).trim();
  await eventually(async () => expect(await inside("systemctl", "is-active", "own.service")).toBe("active"));
  expect(await inside("cat", "/run/own")).toBe("declared");
  await host.must(["podman", "rm", "-f", "-t", "10", "alpha"]);
}

/** A squashfs and an archive of one system, to the byte of every time and mode. */
function hasTheSameFiles(suite: Suite): void {
  const listed = (top: string) => `(cd ${top} && find . -printf '%P %m %U %G %l %T@ %y\\n' | sort)`;
  execFileSync("unsquashfs", ["-q", "-n", "-d", join(place, `${suite}.root`), fileOf(suite, "squashfs")]);
  const unpacked = join(place, `${suite}.plain`);
  execFileSync("sh", [
    "-c",
    'mkdir "$1" && tar -C "$1" --numeric-owner -xpf "$2"',
    "sh",
    unpacked,
    fileOf(suite, "tar"),
  ]);
  const [one, other] = [join(place, `${suite}.root`), unpacked].map((top) =>
    execFileSync("sh", ["-c", listed(top)], { encoding: "utf8", maxBuffer: 1 << 28 }),
  );
  expect(one).toBe(other);
}

/** Another place, another time, nothing of the first in the way. */
async function isTheSameAgain(suite: Suite): Promise<void> {
  for (const format of formats) {
    const again = join(place, `${suite}-again.${format}`);
    await stowage("-c", join(place, suite, "host.ts"), "image", "alpha", "--format", format, "-o", again);
    expect(hashOf(again), format).toBe(hashOf(fileOf(suite, format)));
  }
}

test("nothing is overwritten, and nothing made of what is not there", async () => {
  const [suite] = suites;
  const directory = mkdtempSync(join(place, "refused-"));
  writeFileSync(`${directory}/host.ts`, hostTs(suite));
  const { lock } = await buildOutside(hostTs(suite));
  writeFileSync(`${directory}/stowage.lock`, lock ?? "");
  const image = (...argv: string[]) => stowage("-c", `${directory}/host.ts`, "image", ...argv);
  writeFileSync(`${directory}/there`, "precious");
  await expect(image("alpha", "--format", "tar", "-o", `${directory}/there`)).rejects.toThrow("--force");
  expect(readFileSync(`${directory}/there`, "utf8")).toBe("precious");
  await expect(image("alhpa", "--format", "tar")).rejects.toThrow("did you mean alpha?");
  await expect(image("alpha", "--format", "zip")).rejects.toThrow("squashfs");
  await expect(image("alpha", "--format", "tar", "-o", `${directory}/none/x`)).rejects.toThrow("there is no directory");
  const made = JSON.parse(await image("alpha", "--format", "tar", "--json", "--force", "-o", `${directory}/there`));
  expect(made).toMatchObject({ container: "alpha", format: "tar", sha256: hashOf(`${directory}/there`) });
  expect(readdirSync(directory).sort()).toEqual(["host.ts", "stowage.lock", "there"]);
});

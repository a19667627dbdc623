/**
 * Images come when a configuration is applied, from a registry, a file or a program, and never at a start: what a name
 * stood for is pinned, comes back with a rollback, and is fetched again where it is gone. Whatever goes wrong is told, and
 * nothing is started and nothing left.
 */
import { expect } from "vitest";
import { type Image, loadImage, makeImage, putImage } from "../harness/oci-image.ts";
import { account, closed, open, publish, startRegistries, stopRegistries } from "../harness/registry.ts";
import { type Machine, onOneMachine } from "../harness.ts";

const engines = ["podman", "docker"] as const;
type Engine = (typeof engines)[number];

const otherThan = (engine: Engine): Engine => (engine === "podman" ? "docker" : "podman");

/** Says what it is by `cat /version`, and runs until it is stopped. */
const version = (host: Machine, reference: string, text: string): Image =>
  makeImage(
    host.suite,
    reference,
    { Cmd: ["sh", "-c", "trap exit TERM; while :; do sleep 1; done"] },
    { version: text },
  );

const declare = async (host: Machine, backend: Engine, containers: Readonly<Record<string, object>>) =>
  host.put(
    "/etc/stowage/host.ts",
    `import { defineHost } from "stowage";
export default defineHost(${JSON.stringify({ ociContainers: { backend, containers } }, null, 2)});
`,
  );

const running = async (host: Machine, engine: Engine, name: string) =>
  (await host.must([engine, "exec", name, "cat", "/version"])).trim();

const lock = (host: Machine) => host.run(["cat", "/etc/stowage/stowage.lock"]).then(({ stdout }) => stdout);

const names = async (host: Machine, engine: Engine): Promise<string[]> =>
  (await host.must([engine, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}"])).trim().split("\n").sort();

/** With no container and no image. */
async function clean(host: Machine): Promise<void> {
  await host.sh("rm -f /etc/stowage/stowage.lock; mkdir -p /etc/stowage");
  for (const engine of engines) {
    await declare(host, engine, {});
    await host.stowage(["switch"]);
    await host.sh(`${engine} image ls -qa | sort -u | xargs -r ${engine} rmi -f`);
  }
}

const prepared = new WeakSet<Machine>();

async function begin(host: Machine): Promise<void> {
  if (!prepared.has(host)) await startRegistries(host);
  prepared.add(host);
  await clean(host);
}

onOneMachine(
  (scenario) => {
    scenario("a name is pinned to a digest; update, rollback and gc go by it", async ({ host }) => {
      await begin(host);
      for (const engine of engines) await pinned(host, engine);
    });

    scenario("a password opens a registry, and is found nowhere", async ({ host }) => {
      await begin(host);
      for (const engine of engines) await logins(host, engine);
    });
  },
  { flavour: "engines", on: "trixie" },
);

onOneMachine(
  (scenario) => {
    scenario("from a file or a program: by the name that was declared, whole or not at all", async ({ host }) => {
      await begin(host);
      for (const engine of engines) await archives(host, engine);
    });

    scenario("without a registry what was there starts", async ({ host }) => {
      await begin(host);
      await publish(host, version(host, `${open}/web:1`, "one"), "docker");
      await declare(host, "podman", { web: { image: `${open}/web:1`, pull: "newer" } });
      await host.stowage(["switch"]);
      await stopRegistries(host);
      await host.must(["systemctl", "restart", "podman-web"]);
      expect(await running(host, "podman", "web")).toBe("one");
      const again = await host.tryStowage(["switch"]);
      expect(again.stderr).toContain(`${open}/web:1 is used as it is here`);
      expect(again.code).toBe(0);
      await declare(host, "podman", { web: { image: `${open}/web:1`, pull: "always" } });
      expect((await host.tryStowage(["switch"])).stderr).toContain(`the image ${open}/web:1 could not be fetched`);
    });
  },
  // The older engines: docker 20.10 reads the fewest kinds of archives.
  { flavour: "engines", on: "bookworm" },
);

async function pinned(host: Machine, engine: Engine): Promise<void> {
  const reference = `${open}/${engine}/web:1`;
  const [one, two] = [version(host, reference, "one"), version(host, reference, "two")];
  await publish(host, one, otherThan(engine));
  // Somebody else's, which a fetch would take the name from.
  const other = version(host, reference, "theirs");
  await loadImage(host, other, engine);
  await declare(host, engine, { web: { image: reference, pull: "always" } });
  const plan = await host.tryStowage(["plan"]);
  expect(plan.stdout).toContain(`to fetch first\n  ${reference}\n`);
  expect(await names(host, engine)).toEqual([reference]);
  await host.stowage(["switch"]);
  expect(await running(host, engine, "web")).toBe("one");
  expect(await idOf(host, engine, reference)).toBe(other.id);
  const first = pinnedIn(await lock(host), reference);
  expect(first).toMatch(/^127\.0\.0\.1:5000\/\w+\/web@sha256:/);
  expect(await host.must(["systemctl", "cat", `${engine}-web`])).toContain(first);

  await declare(host, engine, { web: { image: reference } });
  await host.stowage(["switch"]);
  await publish(host, two, otherThan(engine));
  expect(await host.stowage(["switch"])).toBe("");
  expect(await running(host, engine, "web")).toBe("one");
  const update = await host.stowage(["update", "web"]);
  const second = pinnedIn(await lock(host), reference);
  expect(second).not.toBe(first);
  expect(update).toBe(`image ${reference}: ${first.split("@")[1]} -> ${second.split("@")[1]}\n`);
  expect(await host.stowage(["update", "web"])).toBe(`web: nothing new, ${reference}\n`);
  expect(await running(host, engine, "web")).toBe("one");
  await host.stowage(["switch"]);
  expect(await running(host, engine, "web")).toBe("two");

  // Both generations need theirs, so nothing goes.
  expect(await host.stowage(["gc"])).toBe("");
  await host.must([engine, "rmi", "-f", one.id.slice(7)]);
  await host.stowage(["rollback"]);
  expect(await running(host, engine, "web")).toBe("one");
  await declare(host, engine, {});
  await host.stowage(["switch"]);
  const gone = await host.stowage(["gc", "--keep", "1"]);
  for (const { id } of [one, two]) expect(gone).toContain(`image ${open}/${engine}/web ${id.slice(0, 19)}`);
  expect(await names(host, engine)).toEqual([reference]);
  expect(await idOf(host, engine, reference)).toBe(other.id);
  await host.must([engine, "rmi", reference]);
}

async function archives(host: Machine, engine: Engine): Promise<void> {
  const image = "localhost/web:1";
  await host.must(["rm", "-f", "/etc/stowage/stowage.lock"]);
  const [one, two] = [version(host, image, "one"), version(host, image, "two")];
  await putImage(host, one, "/srv/web.tar");
  await declare(host, engine, { web: { image, imageFile: "/srv/web.tar" } });
  await host.stowage(["switch"]);
  expect(await running(host, engine, "web")).toBe("one");
  expect(await lock(host)).toContain(`"file /srv/web.tar ${image}": "${one.id}"`);
  expect(await idOf(host, engine, image)).toBe(null);

  // Gone, and there is still the file.
  await host.must([engine, "rm", "-f", "web"]);
  await host.must([engine, "rmi", "-f", one.id.slice(7)]);
  await host.stowage(["build"]);
  expect(await idOf(host, engine, one.id.slice(7))).toBe(one.id);

  await refused(
    host,
    engine,
    { image: "localhost/web:2", imageFile: "/srv/web.tar" },
    "holds localhost/web:1, and not localhost/web:2",
  );
  await putImage(host, two, "/srv/web.tar");
  await refused(
    host,
    engine,
    { image, imageFile: "/srv/web.tar" },
    "/srv/web.tar is not what stowage.lock says it is",
    true,
  );
  await host.stowage(["update", "web"]);
  await host.stowage(["switch"]);
  expect(await running(host, engine, "web")).toBe("two");

  await putImage(host, version(host, image, "three"), "/srv/three.tar");
  await host.put("/srv/late", "#!/bin/sh\ncat /srv/three.tar\nexit 3\n", "0755");
  await refused(host, engine, { image, imageStream: "/srv/late" }, "failed with exit status 3");
  await host.put("/srv/whole", "#!/bin/sh\nexec cat /srv/three.tar\n", "0755");
  // What goes wrong before an engine has all of it is the same for both.
  if (engine === "podman") {
    await host.put("/srv/half", "#!/bin/sh\nhead -c 1000000 /srv/three.tar\necho no more >&2\nexit 3\n", "0755");
    await refused(host, engine, { image, imageStream: "/srv/half" }, "failed with exit status 3");
    await host.put("/srv/cut", "#!/bin/sh\nexec head -c 1000000 /srv/three.tar\n", "0755");
    await refused(host, engine, { image, imageStream: "/srv/cut" }, "ends in the middle");
    await refused(host, engine, { image: "localhost/web:3", imageStream: "/srv/whole" }, "and not localhost/web:3");
  }
  await declare(host, engine, { web: { image, imageStream: "/srv/whole" } });
  await host.stowage(["switch"]);
  expect(await running(host, engine, "web")).toBe("three");
  // Pinned: the program is not run again.
  await host.must(["rm", "/srv/whole"]);
  expect(await host.stowage(["switch"])).toBe("");
  // Another format, with compressed layers.
  await loadImage(host, version(host, image, "four"), "podman");
  await host.must(["podman", "save", "-q", "--format", "oci-archive", "-o", `/srv/oci-${engine}.tar`, image]);
  await host.must(["podman", "rmi", image]);
  await declare(host, engine, { web: { image, imageFile: `/srv/oci-${engine}.tar` } });
  await host.stowage(["switch"]);
  expect(await running(host, engine, "web")).toBe("four");
  await declare(host, engine, {});
  await host.stowage(["switch"]);
  await host.stowage(["gc", "--keep", "1"]);
  expect(await names(host, engine)).toEqual([""]);
}

/** Told, and everything as it was: units, images, lock. */
async function refused(
  host: Machine,
  engine: Engine,
  container: object,
  words: string,
  isKnown = false,
): Promise<void> {
  const before = [await lock(host), await names(host, engine), await host.must(["ls", "/etc/systemd/system"])];
  await declare(host, engine, { [isKnown ? "web" : "other"]: container });
  const { code, stderr } = await host.tryStowage(["switch"]);
  expect(stderr).toContain(words);
  expect(code).toBe(1);
  expect([await lock(host), await names(host, engine), await host.must(["ls", "/etc/systemd/system"])]).toEqual(before);
}

async function logins(host: Machine, engine: Engine): Promise<void> {
  const image = `${closed}/${engine}/secret:1`;
  await publish(host, version(host, `${open}/${engine}/secret:1`, "one"), otherThan(engine));
  const login = { registry: closed, username: account.username, passwordFile: "/root/password" };
  await host.put("/root/password", "wrong pass\n", "0600");
  await refused(host, engine, { image, login }, `${closed} does not let ${account.username} in`);
  await refused(host, engine, { image }, `the image ${image} could not be fetched`);
  await host.put("/root/password", `${account.password}\n`, "0600");
  await declare(host, engine, { web: { image, login, pull: "always" } });
  await host.stowage(["switch"]);
  expect(await running(host, engine, "web")).toBe("one");
  await expectFound(host);
  await nowhere(host, account.password);

  await host.put("/root/password", "wr0ng pass\n", "0600");
  const again = await host.tryStowage(["switch"]);
  expect(again.stderr).toContain("is used as it is here");
  expect(again.code).toBe(0);
  await nowhere(host, "wr0ng pass");
  await declare(host, engine, {});
  await host.stowage(["switch"]);
}

/** Files, processes and lines of the journal that hold a password, plain or as registries are sent it. */
async function holding(host: Machine, password: string): Promise<string[]> {
  const encoded = Buffer.from(`${account.username}:${password}`).toString("base64");
  // The texts are in a file of root's: as arguments the search would find itself.
  await host.put("/var/tmp/texts", `${password}\n${encoded}\n`, "0600");
  const found = await host.sh(`
    grep -rlsaF -f /var/tmp/texts /etc /run /tmp /var/lib/stowage /var/cache/stowage /var/lib/containers /var/lib/docker \\
      /var/log /root/.docker /root/.config 2> /dev/null || :
    for process in /proc/[0-9]*; do
      grep -lsaF -f /var/tmp/texts $process/cmdline $process/environ 2> /dev/null || :
    done
    journalctl --no-pager --output=export | grep -aoF -f /var/tmp/texts | sort -u | sed 's/^/journal: /' || :
    rm /var/tmp/texts`);
  return found.split("\n").filter((line) => line !== "");
}

async function nowhere(host: Machine, password: string): Promise<void> {
  expect(await holding(host, password)).toEqual([]);
}

/** A search that does not look finds nothing either. */
async function expectFound(host: Machine): Promise<void> {
  const planted = Buffer.from(`${account.username}:planted pass`).toString("base64");
  await host.put("/var/lib/containers/planted", "planted pass", "0600");
  await host.must(["systemd-cat"], { input: `${planted}\n` });
  await host.must(["journalctl", "--sync"]);
  const script = `read -r text; export text; sh -c 'sleep 300; :' "$text" > /dev/null 2>&1 & echo $!`;
  const pid = (await host.sh(script, { input: `${planted}\n` })).trim();
  const found = await holding(host, "planted pass");
  await host.sh(`kill ${pid}; rm /var/lib/containers/planted`);
  const processes = [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`];
  for (const place of ["/var/lib/containers/planted", `journal: ${planted}`, ...processes])
    expect(found).toContain(place);
}

async function idOf(host: Machine, engine: Engine, reference: string): Promise<string | null> {
  const { code, stdout } = await host.run([engine, "image", "inspect", "--format", "{{.Id}}", reference]);
  return code === 0 ? `sha256:${stdout.trim().replace(/^sha256:/, "")}` : null;
}

const pinnedIn = (text: string, key: string): string =>
  (JSON.parse(text) as { images?: Record<string, string> }).images?.[key] ?? "";

/** T13, T19: a switch changes what runs inside a container, in place. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { type Machine, scenario } from "../harness.ts";

const up = "\n      autoStart: true,\n      privateNetwork: true,";
const wanted = 'wantedBy: ["multi-user.target"]';
const sleeping = (more = "") => `{ ${wanted}, serviceConfig: { ExecStart: "/usr/bin/sleep infinity"${more} } }`;

/** What stands in `config`: files of /etc and services, each as TypeScript. */
function config(etc: Readonly<Record<string, string>>, services: Readonly<Record<string, string>>): string {
  const files = Object.entries(etc).map(([path, text]) => `${JSON.stringify(path)}: { text: ${JSON.stringify(text)} }`);
  const units = Object.entries(services).map(([name, body]) => `${JSON.stringify(name)}: ${body}`);
  return `{ environment: { etc: { ${files.join(", ")} } }, systemd: { services: {\n${units.join(",\n")}\n} } },`;
}

const web = (body: string, options = up): string => hostWith({ web: `${options}\n      config: ${body}` });

/** What tells whether the container, and a service in it, is the same as before. */
async function identity(host: Machine, service: string): Promise<Record<string, string>> {
  const inside = async (...argv: string[]) => (await host.inside("web", argv)).trim();
  return {
    leader: (await host.must(["machinectl", "show", "--property=Leader", "--value", "web"])).trim(),
    invocation: await host.property("container@web.service", "InvocationID"),
    boot: await inside("cat", "/proc/sys/kernel/random/boot_id"),
    service: await inside("systemctl", "show", "--property=MainPID,InvocationID", service),
  };
}

const stateInside = async (host: Machine, unit: string): Promise<string> =>
  (await host.run(["systemctl", "--machine=web", "is-active", unit])).stdout.trim();

const orders = (host: Machine): Promise<string> =>
  host.sh("ls /var/lib/stowage/containers/web/declared | grep '^order-' || :");

const httpd = `{ ${wanted}, script: "exec sleep infinity", preStop: "cat /etc/note >/var/tmp/said-on-stop" }`;
const app = (version: string) => `{ ${wanted}, environment: { VERSION: "${version}" }, script: "exec sleep infinity" }`;
const reloading = (version: string) =>
  `{ ${wanted}, reloadIfChanged: true, environment: { VERSION: "${version}" }, script: "exec sleep infinity", reload: "echo ${version} >>/var/tmp/reloads" }`;

scenario(
  "files and services change in place; the container and what did not change go on",
  async ({ host }) => {
    const steady = { steady: sleeping() };
    await host.switchTo(web(config({ note: "base\n" }, steady)));
    const before = await identity(host, "steady.service");

    await host.switchTo(
      web(config({ note: "c1\n", gone: "x" }, { ...steady, httpd, app: app("1"), quiet: reloading("1") })),
    );
    expect(await host.inside("web", ["cat", "/etc/note"])).toBe("c1\n");
    expect(await stateInside(host, "httpd.service")).toBe("active");
    expect(await identity(host, "steady.service")).toEqual(before);
    const quiet = await identity(host, "quiet.service");

    const second = web(
      config({ note: "c2\n" }, { ...steady, nginx: sleeping(), app: app("2"), quiet: reloading("2") }),
    );
    await host.configure(second);
    const plan = (await host.tryStowage(["plan"])).stdout;
    expect(plan).toMatch(/reload +container@web\.service {2}\(what it declares changed\)/);
    expect(plan).toMatch(/inside:\n +stop +httpd\.service .*\n +restart +app\.service .*\n +reload +quiet\.service .*/);
    expect(plan).toMatch(/start +nginx\.service {2}\(new\)\n +write +\/etc\/gone, \/etc\/note/);
    await host.stowage(["switch"]);

    expect(await host.inside("web", ["cat", "/etc/note"])).toBe("c2\n");
    expect(await stateInside(host, "nginx.service")).toBe("active");
    expect(await stateInside(host, "httpd.service")).toBe("inactive");
    // It was stopped by its own script, which saw the files that belong to it.
    expect(await host.inside("web", ["cat", "/var/tmp/said-on-stop"])).toBe("c1\n");
    expect(await host.inside("web", ["systemctl", "show", "--property=Environment", "app"])).toContain("VERSION=2");
    const environment = "tr '\\0' '\\n' </proc/$(systemctl show --property=MainPID --value app)/environ";
    expect(await host.inside("web", ["sh", "-c", environment])).toContain("VERSION=2");
    expect(await host.inside("web", ["cat", "/var/tmp/reloads"])).toBe("2\n");
    await host.inside("web", ["test", "!", "-L", "/etc/gone"]);
    expect(await identity(host, "steady.service")).toEqual(before);
    expect(await identity(host, "quiet.service")).toEqual(quiet);

    // By hand, twice: nothing is touched.
    const nginx = await identity(host, "nginx.service");
    await host.must(["systemctl", "reload", "container@web"]);
    await host.stowage(["reload", "web"]);
    expect(await identity(host, "nginx.service")).toEqual(nginx);
    expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });
    expect(await host.inside("web", ["systemctl", "is-system-running"])).toBe("running\n");
  },
  { on: "bookworm" },
);

scenario(
  "a service inside that fails is told with its last lines until it is right",
  async ({ host }) => {
    const broken = `{ ${wanted}, serviceConfig: { Type: "oneshot", RemainAfterExit: true }, script: "test -e /var/tmp/mended || { echo it is broken; exit 3; }" }`;
    const steady = { steady: sleeping() };
    // On the host's network, and with the host's ids.
    const shared = "\n      autoStart: true,";
    await host.switchTo(web(config({}, steady), shared));
    const before = await identity(host, "steady.service");
    await host.configure(web(config({}, { ...steady, broken, other: sleeping() }), shared));
    const failed = await host.tryStowage(["switch"]);
    expect(failed.code).toBe(4);
    expect(failed.stderr).toContain("inside web: broken.service failed: exit status 3");
    expect(failed.stderr).toContain("it is broken");
    expect(await identity(host, "steady.service")).toEqual(before);
    expect(await stateInside(host, "other.service")).toBe("active");
    const other = await identity(host, "other.service");

    const again = await host.tryStowage(["switch"]);
    expect(again.code).toBe(4);
    expect(again.stderr).toContain("it is broken");
    const byHand = await host.tryStowage(["reload", "web"]);
    expect(byHand).toMatchObject({ code: 4 });
    expect(byHand.stderr).toContain("it is broken");

    await host.inside("web", ["touch", "/var/tmp/mended"]);
    const mended = await host.tryStowage(["switch"]);
    expect(mended.code, mended.stderr).toBe(0);
    expect(await stateInside(host, "broken.service")).toBe("active");
    expect(await identity(host, "other.service")).toEqual(other);
    expect(await orders(host)).toBe("");
    expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });
  },
  { on: "bookworm" },
);

scenario(
  "killed while a container takes over: the next switch finishes it",
  async ({ host }) => {
    const at = (round: number) =>
      web(config({ note: `${round}\n` }, { steady: sleeping(), app: app(`${round}`), [`only-${round}`]: sleeping() }));
    await host.switchTo(at(0));
    const before = await identity(host, "steady.service");
    let cutShort = 0;
    for (let round = 1; round <= 8; round++) {
      await host.configure(at(round));
      // Wherever it is just then: before the stop inside, before the turn of `current`, while the container takes over.
      const order = "/var/lib/stowage/containers/web/declared/order-*";
      const wait = `for i in $(seq 400); do ls ${order} >/dev/null 2>&1 && break; sleep 0.01; done; sleep 0.${round}`;
      await host.run(["sh", "-c", `stowage switch >/dev/null 2>&1 & pid=$!; ${wait}; kill -9 $pid; wait $pid`]);
      if ((await orders(host)) !== "") cutShort += 1;
      // What the killed one had begun goes on by itself, for a while beside the next one.
      const finished = await host.tryStowage(["switch"]);
      expect(finished.code, finished.stderr).toBe(0);
      expect(await host.inside("web", ["cat", "/etc/note"])).toBe(`${round}\n`);
      expect(await stateInside(host, `only-${round - 1}.service`)).toBe("inactive");
      expect(await stateInside(host, `only-${round}.service`)).toBe("active");
      expect(await host.inside("web", ["systemctl", "show", "--property=Environment", "app"])).toContain(
        `VERSION=${round}`,
      );
      expect(await identity(host, "steady.service")).toEqual(before);
      expect(await orders(host)).toBe("");
    }
    expect(cutShort).toBeGreaterThan(0);
  },
  { on: "bookworm", timeout: 400_000 },
);

scenario(
  "a container that is left alone takes over when it is told to; what needs a restart is said",
  async ({ host }) => {
    const kept = `${up}\n      onChange: "none",`;
    await host.switchTo(web(config({ note: "1\n" }, { steady: sleeping(), app: app("1") }), kept));
    const before = await identity(host, "app.service");
    const plan = await host.switchTo(web(config({ note: "2\n" }, { steady: sleeping(), app: app("2") }), kept));
    expect(plan).toContain('onChange is "none", so it keeps running as it was (what it declares changed)');
    expect(plan).toMatch(/inside, once it is told to by "stowage reload web":\n +restart +app\.service/);
    expect(await identity(host, "app.service")).toEqual(before);
    expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });

    await host.stowage(["reload", "web"]);
    const { service, ...container } = await identity(host, "app.service");
    expect(container).toEqual({ leader: before.leader, invocation: before.invocation, boot: before.boot });
    expect(service).not.toBe(before.service);
    expect(await host.inside("web", ["systemctl", "show", "--property=Environment", "app"])).toContain("VERSION=2");

    // Never a restart: the inner part in place, the outer one later.
    const never = (text: string, more = "") =>
      web(config({ note: text }, { steady: sleeping() }), `${up}\n      onChange: "reload",${more}`);
    await host.switchTo(never("3\n"));
    const later = await host.switchTo(never("4\n", ' timeoutStartSec: "3min",'));
    expect(later).toContain('onChange is "reload", so this waits for a restart by hand: TimeoutStartSec changed');
    expect(await host.inside("web", ["cat", "/etc/note"])).toBe("4\n");
    expect(await host.property("container@web.service", "InvocationID")).toBe(before.invocation);
  },
  { on: "bookworm" },
);

/** Bind mounts: any path, sources that are mounted (T14), directories that are made, what cannot be said early. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";

/** On a file system of the lab host that can be id-mapped. */
const data = "/var/lib/containers";
const isolated = (number: number): string =>
  `privateNetwork: true, hostAddress: "10.233.${number}.1", localAddress: "10.233.${number}.2",`;
const withBinds = (binds: string, number = 1, more = ""): string =>
  `\n      ${isolated(number)}${more}\n      bindMounts: ${binds},\n      config: {},`;
const inside = (host: Machine, name: string, script: string): Promise<string> =>
  host.inside(name, ["/bin/sh", "-c", script]);

const odd = [
  "with space",
  "co:lon",
  `"double" and 'single'`,
  "back\\slash",
  "ends with a backslash\\",
  " spaces at both ends ",
  "%n %% %h",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a path, and no template
  "$HOME ${x} $$",
  "-rf",
  "é ü 語",
  "#;|&`*?",
];

scenario(
  "paths of any characters, and names as long as they may be",
  async ({ host }) => {
    const names = ["1", "2"].map((end) => `a-name-of-sixty-three-characters${"-".padEnd(30, "x")}${end}`);
    const all = `/all/${odd.join("/")}`;
    const paths = [...odd.map((name) => `/each/${name}`), all];
    const binds = Object.fromEntries(
      paths.map((path) => [path, { hostPath: `${data}${path}`, isReadOnly: false, create: {} }]),
    );
    const containers = names.map((name, index) => [name, withBinds(JSON.stringify(binds), index + 1)]);
    await host.switchTo(hostWith(Object.fromEntries(containers)));
    for (const [index, name] of names.entries()) {
      expect(name).toHaveLength(63);
      await host.stowage(["start", name]);
      await host.must(["ip", "link", "show", `ve-${name}`]);
      await host.must(["ping", "-c", "1", "-W", "2", `10.233.${index + 1}.2`]);
      // Not systemd-run itself, which replaces what looks like a variable.
      const files = paths.map((path) => `${path}/${index}`);
      await host.stowage(["run", name, "--", "touch", ...files]);
      expect(await host.stowage(["run", name, "--", "ls", "-a", all])).toContain(`${index}\n`);
    }
    for (const path of paths) expect((await host.must(["ls", `${data}${path}`])).trim()).toBe("0\n1");
    await host.stowage(["stop", ...names]);
  },
  { timeout: 300_000, on: "bookworm" },
);

scenario(
  "a path of two lines is refused, with its place",
  async ({ host }) => {
    await host.put("/etc/stowage/host.ts", hostWith({ web: withBinds('{ "/srv/a": { hostPath: "/srv/x\\ny" } }') }));
    const { code, stderr } = await host.tryStowage(["check"]);
    expect(code).toBe(1);
    expect(stderr).toContain("bindMounts");
    expect(stderr).toMatch(/host\.ts:\d+:\d+/);
  },
  { on: "trixie" },
);

scenario(
  "a source that is a mount is mounted, and takes the container with it (T14)",
  async ({ host }) => {
    await host.sh(
      `mkdir -p ${data}/disk && echo 'tmpfs ${data}/disk tmpfs noauto,mode=0755 0 0' >> /etc/fstab && systemctl daemon-reload`,
    );
    await host.switchTo(hostWith({ web: withBinds(`{ "/disk": { hostPath: "${data}/disk", isReadOnly: false } }`) }));
    const mount = "var-lib-containers-disk.mount";
    expect(await host.property(mount, "ActiveState")).toBe("inactive");
    expect(await host.property("container@web.service", "ActiveState")).toBe("inactive");
    await host.stowage(["start", "web"]);
    expect(await host.property(mount, "ActiveState")).toBe("active");
    await inside(host, "web", "echo x > /disk/file");
    expect(await host.sh(`cat ${data}/disk/file`)).toBe("x\n");
    await host.must(["systemctl", "stop", mount]);
    await host.waitForUnit("container@web.service", "inactive");
    expect(await host.property(mount, "ActiveState")).toBe("inactive");
  },
  { on: "trixie" },
);

scenario(
  "directories are made where there is nothing, on the mounts that they need, and never changed",
  async ({ host }) => {
    await host.sh(`mkdir -p ${data}/disk ${data}/old && chmod 0711 ${data}/old && chown daemon ${data}/old
    echo 'tmpfs ${data}/disk tmpfs noauto,mode=0755 0 0' >> /etc/fstab && systemctl daemon-reload`);
    const create = '{ mode: "0750", owner: "www-data" }';
    const binds = `{
        "/new": { hostPath: "${data}/disk/a/new", create: ${create}, isReadOnly: false },
        "/number": { hostPath: "${data}/number", create: { owner: 4711 } },
        "/old": { hostPath: "${data}/old", create: ${create} },
      }`;
    await host.switchTo(hostWith({ web: withBinds(binds) }));
    expect((await host.run(["test", "-e", `${data}/number`])).code).toBe(1);
    await host.stowage(["start", "web"]);
    const stat = (paths: string) => `stat --format='%a %u' ${paths}`;
    const expected = "750 33\n755 4711\n711 1\n";
    expect(await host.sh(stat(`${data}/disk/a/new ${data}/number ${data}/old`))).toBe(expected);
    expect(await inside(host, "web", stat("/new /number /old"))).toBe(expected);
    // A link that another user of the host made leads nowhere.
    await host.stowage(["stop", "web"]);
    await host.sh(
      `rmdir ${data}/number && chown daemon ${data} && ln -s /etc ${data}/number && chown -h daemon ${data}/number`,
    );
    const before = await host.sh("stat --format='%a %u' /etc");
    await host.tryStowage(["start", "web"]);
    expect(await host.sh("stat --format='%a %u' /etc")).toBe(before);
  },
  { on: "bookworm" },
);

scenario(
  "a single file; and a source that is not there is named, and not made",
  async ({ host }) => {
    await host.sh(`echo one > ${data}/file`);
    const binds = (source: string) => `{ "/etc/of-the-host": { hostPath: "${data}/${source}" } }`;
    await host.switchTo(hostWith({ web: withBinds(binds("file")), none: withBinds(binds("nothing"), 2) }));
    await host.stowage(["start", "web"]);
    expect(await inside(host, "web", "cat /etc/of-the-host")).toBe("one\n");
    const { code, stderr, stdout } = await host.tryStowage(["start", "none"]);
    expect(code).not.toBe(0);
    expect(stderr + stdout).toContain(`${data}/nothing: No such file or directory`);
    expect((await host.run(["test", "-e", `${data}/nothing`])).code).toBe(1);
    await host.stowage(["stop", "none"]);
  },
  { on: "trixie" },
);

scenario("what cannot be id-mapped is told before anything is done; idmap = false is the way out", async ({ host }) => {
  // The root of a lab host is an overlay.
  await host.sh(
    `mkdir -p /opt/over ${data}/tree/below && echo x > /opt/over/f && mount -t tmpfs below ${data}/tree/below`,
  );
  const binds = (more: string) =>
    `{ "/over": { hostPath: "/opt/over"${more} }, "/tree": { hostPath: "${data}/tree"${more} } }`;
  await host.configure(hostWith({ web: withBinds(binds("")) }));
  const { code, stderr } = await host.tryStowage(["switch"]);
  expect(code).toBe(1);
  expect(stderr).toContain(
    "container web cannot have /opt/over: it is on overlay, mounted at /, which cannot map owners",
  );
  expect(stderr).toContain(`there is another mount below it, tmpfs at ${data}/tree/below`);
  expect(stderr).toContain("idmap = false");
  expect((await host.run(["test", "-e", "/etc/systemd/system/container@web.service"])).code).toBe(1);
  await host.switchTo(hostWith({ web: withBinds(binds(", idmap: false")) }));
  await host.stowage(["start", "web"]);
  await eventually(async () => expect(await inside(host, "web", "stat --format=%U /over/f")).toBe("nobody\n"));
});

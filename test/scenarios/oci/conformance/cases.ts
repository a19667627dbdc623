/**
 * What each plain option of an OCI container is, seen in a container that runs: one table for all engines. A case brings
 * what is declared, and looks; cases of the same container are declared together, because a start takes half a second.
 */
import { expect } from "vitest";
import { httpGet } from "../../harness.ts";
import type { EngineName, Seen } from "./seen.ts";

export interface Case {
  /** As in `ociContainers.containers.<name>`. */
  readonly option: string;
  readonly container: Container;
  readonly declared: Readonly<Record<string, unknown>> | ((engine: EngineName) => Readonly<Record<string, unknown>>);
  readonly look: (seen: Seen) => Promise<void>;
}

/** "web": a server, with most options. "free": what excludes those, as much as an engine gives. */
export type Container = "web" | "free";

export const image = "localhost/conformance:1";
export const networks = ["front", "back"];
export const directory = "/srv/my site";
export const page = "the page\n";
export const environmentFile = "/etc/my app.env";
/** Of docker's own command: proxies that it gives to each container. */
export const dockerConfig = "/etc/docker of mine";

const serve = 'echo hello; echo warned >&2; trap "exit 0" TERM; httpd -f -p 8080 -h /www & wait';
// biome-ignore lint/suspicious/noTemplateCurlyInString: systemd's syntax
const command = ["-c", serve, "--port=9000", "", "a b", "$HOME ${X} %n", 'say "hi"\\', "two\nlines\tand"];
const greeting = 'say "hello", it\'s 100 % $HOME\nand more';

const capability = { CHOWN: 0, KILL: 5, NET_ADMIN: 12, SYS_MODULE: 16 };

export const cases: readonly Case[] = [
  {
    option: "image",
    container: "web",
    declared: { image, pull: "never" },
    look: async (seen) => expect(await seen.host.sh(`cat /proc/${seen.pid}/root/mark`)).toBe("of the image\n"),
  },
  {
    option: "entrypoint",
    container: "web",
    declared: { entrypoint: "/bin/sh" },
    look: async (seen) => expect((await seen.argv())[0]).toBe("/bin/sh"),
  },
  {
    option: "cmd",
    container: "web",
    declared: { cmd: command },
    look: async (seen) => expect((await seen.argv()).slice(1)).toEqual(command),
  },
  {
    option: "environment",
    container: "web",
    declared: { environment: { GREETING: greeting, EMPTY: "", "my.var-1": "x", BOTH: "declared" } },
    look: async (seen) =>
      expect(await seen.environment()).toMatchObject({
        GREETING: greeting,
        EMPTY: "",
        "my.var-1": "x",
        BOTH: "declared",
      }),
  },
  {
    option: "environmentFiles",
    container: "web",
    declared: { environmentFiles: [environmentFile] },
    look: async (seen) => expect(await seen.environment()).toMatchObject({ OF_FILE: "a b $c" }),
  },
  {
    option: "labels",
    container: "web",
    declared: { labels: { "traefik.rule": "Host(`x.example`) && %n", empty: "" } },
    look: async (seen) =>
      expect(seen.inspected.Config.Labels).toMatchObject({ "traefik.rule": "Host(`x.example`) && %n", empty: "" }),
  },
  {
    option: "user",
    container: "web",
    declared: { user: "app:app" },
    look: async (seen) => {
      expect((await seen.status("Uid")).split("\t")).toEqual(["1000", "1000", "1000", "1000"]);
      expect((await seen.status("Gid")).split("\t")).toEqual(["1000", "1000", "1000", "1000"]);
    },
  },
  {
    option: "workdir",
    container: "web",
    declared: { workdir: "/data" },
    look: async ({ host, pid }) => expect((await host.must(["readlink", `/proc/${pid}/cwd`])).trim()).toBe("/data"),
  },
  {
    option: "hostname",
    container: "web",
    declared: { hostname: "web.example" },
    look: async (seen) => expect((await seen.within(["--uts"], ["hostname"])).trim()).toBe("web.example"),
  },
  {
    option: "ports",
    container: "web",
    declared: { ports: ["127.0.0.1:8081:8080", "9000-9001:8080-8081", "5353:5353/udp"] },
    look: async ({ host }) => {
      for (const url of ["http://127.0.0.1:8081/", "http://127.0.0.1:9000/"])
        expect((await httpGet(host, url)).body, url).toBe(page);
      await expect(httpGet(host, "http://127.0.0.1:8080/")).rejects.toThrow();
      expect(await host.sh("ss -Hlnu sport = 5353")).toContain("0.0.0.0:5353");
    },
  },
  {
    option: "volumes",
    container: "web",
    declared: { volumes: [`${directory}:/www:ro`, "kept:/kept"] },
    look: async (seen) => {
      expect(await seen.mount("/www")).toContain("ro");
      expect(await seen.mount("/kept")).toContain("rw");
      const source = await seen.host.must([seen.engine, "volume", "inspect", "--format={{.Mountpoint}}", "kept"]);
      await seen.host.put(`${source.trim()}/of-the-host`, "x\n");
      expect(await seen.host.sh(`cat /proc/${seen.pid}/root/kept/of-the-host`)).toBe("x\n");
    },
  },
  {
    option: "networks",
    container: "web",
    declared: { networks },
    look: async (seen) => {
      const links = await seen.within(["--net"], ["ip", "-oneline", "-4", "address", "show", "scope", "global"]);
      expect(links.trim().split("\n")).toHaveLength(networks.length);
    },
  },
  {
    option: "capabilities",
    container: "web",
    declared: { capabilities: { NET_ADMIN: true, CHOWN: false, KILL: null } },
    look: async (seen) => {
      expect(await seen.mayEverHave(capability.NET_ADMIN)).toBe(true);
      expect(await seen.mayEverHave(capability.CHOWN)).toBe(false);
      expect(await seen.mayEverHave(capability.KILL)).toBe(true);
    },
  },
  {
    option: "devices",
    container: "web",
    declared: { devices: ["/dev/null:/dev/other", "/dev/full"] },
    look: async ({ host, pid }) =>
      expect(await host.sh(`cd /proc/${pid}/root/dev && stat --format='%F %t:%T' other full`)).toBe(
        "character special file 1:3\ncharacter special file 1:7\n",
      ),
  },
  {
    option: "extraOptions",
    container: "web",
    declared: { extraOptions: ["--shm-size=8m", "--label", "x=y z"] },
    look: async (seen) => {
      expect(await seen.mount("/dev/shm")).toContain("size=8192k");
      expect(seen.inspected.Config.Labels.x).toBe("y z");
    },
  },
  {
    option: "preRunExtraOptions",
    container: "web",
    declared: (engine) => ({
      preRunExtraOptions: engine === "docker" ? ["--config", dockerConfig] : ["--log-level", "error"],
    }),
    look: async (seen) => {
      if (seen.engine === "docker") expect(await seen.environment()).toMatchObject({ NO_PROXY: "of docker's own" });
      else expect(seen.inspected.Config.CreateCommand?.slice(1, 4)).toEqual(["--log-level", "error", "run"]);
    },
  },
  {
    option: "logDriver",
    container: "web",
    declared: {},
    look: async (seen) => {
      expect(seen.inspected.HostConfig.LogConfig.Type).toBe("journald");
      await seen.expectLogged("hello");
      await seen.expectLogged("warned");
    },
  },
  {
    option: "serviceName",
    container: "web",
    declared: { serviceName: "my-web" },
    look: async ({ host, engine }) => {
      expect(await host.property("my-web.service", "ActiveState")).toBe("active");
      expect(await host.property(`${engine}-web.service`, "LoadState")).toBe("not-found");
    },
  },
  {
    option: "privileged",
    container: "web",
    declared: {},
    look: async (seen) => expect(await seen.mayEverHave(capability.SYS_MODULE)).toBe(false),
  },
  {
    option: "autoRemoveOnStop",
    container: "web",
    declared: {},
    look: async (seen) => expect(seen.inspected.HostConfig.AutoRemove).toBe(true),
  },
  {
    option: "image",
    container: "free",
    declared: { image, pull: "never" },
    // The image's own command and user.
    look: async (seen) => {
      expect(await seen.argv()).toEqual(["sh", "-c", "trap 'exit 0' TERM; echo of the image; sleep infinity & wait"]);
      expect((await seen.status("Uid")).split("\t")[0]).toBe("0");
    },
  },
  {
    option: "networks",
    container: "free",
    declared: { networks: ["host"] },
    look: async ({ host, pid }) => {
      const [own, hosts] = (await host.sh(`readlink /proc/${pid}/ns/net /proc/1/ns/net`)).split("\n");
      expect(own).toBe(hosts);
    },
  },
  {
    option: "logDriver",
    container: "free",
    declared: { logDriver: "json-file" },
    look: async (seen) => {
      expect(seen.inspected.HostConfig.LogConfig.Type).toMatch(/^(json-file|k8s-file)$/);
      expect(await seen.host.must([seen.engine, "logs", "free"])).toBe("of the image\n");
    },
  },
  {
    option: "autoRemoveOnStop",
    container: "free",
    declared: { autoRemoveOnStop: false },
    look: async (seen) => expect(seen.inspected.HostConfig.AutoRemove).toBe(false),
  },
];

/** Of all cases that belong to a container. */
export const declaredFor = (container: Container, engine: EngineName): object =>
  Object.assign(
    {},
    ...cases
      .filter((one) => one.container === container)
      .map(({ declared }) => (typeof declared === "function" ? declared(engine) : declared)),
  );

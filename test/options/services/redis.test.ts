import { expect, test } from "vitest";
import { problems, system, textOf } from "./evaluated.ts";

const redis = (servers: object) =>
  system({ networking: { firewall: { enable: true } }, services: { redis: { servers } } });

test("servers that are not enabled are nothing", () => {
  expect(redis({ a: { port: 1 } })).toMatchObject({
    packages: [],
    environment: { etc: {} },
    systemd: { services: {} },
  });
});

test("the one without a name, and others beside it", () => {
  const config = redis({ "": { enable: true }, cache: { enable: true, save: [], openFirewall: true } });
  expect(config.packages).toEqual(["redis-server"]);
  expect(Object.keys(config.systemd.services)).toEqual(["redis", "redis-cache"]);
  const text = textOf(config, "redis/redis.conf");
  expect(text.split("\n")).toEqual(
    expect.arrayContaining([
      "port 6379",
      "bind 127.0.0.1",
      'unixsocket "/run/redis/redis.sock"',
      "dir /var/lib/redis",
      "save 900 1",
      "save 300 10",
      "supervised systemd",
    ]),
  );
  expect(config.systemd.services.redis).toMatchObject({
    restartTriggers: [text],
    serviceConfig: { ExecStart: "/usr/bin/redis-server /etc/redis/redis.conf", StateDirectory: "redis" },
  });
  const cache = textOf(config, "redis/redis-cache.conf");
  expect(cache).toContain("port 0\n");
  expect(cache).toContain('save ""\n');
  expect(cache).toContain('unixsocket "/run/redis-cache/redis.sock"\n');
  // No port, nothing to open.
  expect(config.networking.firewall.allowedTCPPorts).toEqual([]);
});

test("settings win, but there is one place for the port: what is open is what it listens on", () => {
  const config = redis({
    a: { enable: true, port: 6380, openFirewall: true, bind: null, settings: { databases: 3, maxmemory: "10mb" } },
  });
  const text = textOf(config, "redis/redis-a.conf");
  expect(text).toContain("port 6380\n");
  expect(text).toContain("databases 3\n");
  expect(text).not.toContain("databases 16");
  expect(problems({ services: { redis: { servers: { a: { enable: true, settings: { port: 1 } } } } } })[0]).toMatch(
    /^wrong-type/,
  );
  expect(text).not.toContain("bind");
  expect(text).toContain("maxmemory 10mb\n");
  expect(config.networking.firewall.allowedTCPPorts).toEqual([6380]);
});

test("what would leave its line or its quotes", () => {
  expect(problems({ services: { redis: { servers: { "a/../b": { enable: true } } } } })).toEqual([
    "wrong-type services.redis.servers",
  ]);
  const settings = { maxmemory: "1\nrequirepass x" };
  expect(problems({ services: { redis: { servers: { a: { enable: true, settings } } } } })[0]).toMatch(/^wrong-type/);
  const text = textOf(redis({ a: { enable: true, unixSocket: '/run/a"b\\c' } }), "redis/redis-a.conf");
  expect(text).toContain('unixsocket "/run/a\\"b\\\\c"\n');
});

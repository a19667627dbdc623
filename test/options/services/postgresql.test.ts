import fc from "fast-check";
import { expect, test } from "vitest";
import { mkBefore } from "../../../src/modules/index.ts";
import { needsRestart, postgresqlText } from "../../../src/options/services/postgresql-settings.ts";
import { problems, system, textOf } from "./evaluated.ts";

const postgresql = (options: object) =>
  system({ networking: { firewall: { enable: true } }, services: { postgresql: { enable: true, ...options } } });

test("the second example of the seeds: enable, and a version", () => {
  const config = postgresql({ package: "postgresql-17" });
  expect(config.packages).toEqual(["postgresql-17"]);
  const unit = config.systemd.services.postgresql!;
  expect(unit.script).toMatch(/^version=17\nexec /);
  expect(unit.serviceConfig).toMatchObject({ Type: "notify", User: "postgres" });
  expect(config.systemd.services["postgresql-setup"]).toBeUndefined();
  expect(textOf(config, "postgresql/postgresql.conf")).toContain("port = 5432\n");
  expect(textOf(config, "postgresql/postgresql.conf")).toContain("listen_addresses = 'localhost'\n");
  expect(textOf(config, "postgresql/pg_hba.conf")).toMatch(/^local all all peer\nhost all all 127/);
  expect(config.environment.etc["postgresql/ensure.sql"]?.enable).toBe(false);
});

test("the version of the suite, asked inside", () => {
  expect(postgresql({}).systemd.services.postgresql!.script).toMatch(/^version=\$\(ls /);
});

test("who may come in: what is declared stands before what is always there", () => {
  const config = postgresql({
    enableTCPIP: true,
    openFirewall: true,
    settings: { port: 5433 },
    authentication: "host a a all trust",
  });
  expect(textOf(config, "postgresql/pg_hba.conf")).toMatch(/^host a a all trust\nlocal all all peer\n/);
  expect(textOf(config, "postgresql/postgresql.conf")).toContain("listen_addresses = '*'\n");
  expect(config.networking.firewall.allowedTCPPorts).toEqual([5433]);
  const first = postgresql({ authentication: mkBefore("local a a trust") });
  expect(textOf(first, "postgresql/pg_hba.conf")).toMatch(/^local a a trust\n/);
});

test("roles and databases, in a service of their own: they do not restart the server", () => {
  const config = postgresql({
    ensureDatabases: ["b", "shop"],
    ensureUsers: [{ name: "shop", ensureDBOwnership: true }, { name: "a" }],
  });
  expect(textOf(config, "postgresql/ensure.sql")).toBe(
    `SELECT format('CREATE ROLE %I LOGIN', 'a') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'a') \\gexec
SELECT format('CREATE ROLE %I LOGIN', 'shop') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop') \\gexec
SELECT format('CREATE DATABASE %I', 'b') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'b') \\gexec
SELECT format('CREATE DATABASE %I', 'shop') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'shop') \\gexec
SELECT format('ALTER DATABASE %1$I OWNER TO %1$I', 'shop') \\gexec
`,
  );
  expect(config.systemd.services.postgresql).toEqual(postgresql({}).systemd.services.postgresql);
  expect(config.systemd.services["postgresql-setup"]).toMatchObject({ requires: ["postgresql.service"] });
});

test("an initial script is run once, where the cluster is new", () => {
  const { services } = postgresql({ initialScript: "/etc/first.sql" }).systemd;
  expect(services.postgresql!.preStart).toContain("stowage-new");
  expect(services["postgresql-setup"]!.environment.INITIAL_SCRIPT).toBe("/etc/first.sql");
  expect(postgresql({}).systemd.services.postgresql!.preStart).not.toContain("stowage-new");
});

test("restart or reload, by what changes", () => {
  const { services } = postgresql({}).systemd;
  const other = postgresql({ settings: { work_mem: "16MB" } }).systemd.services;
  expect(other.postgresql!.restartTriggers).toEqual(services.postgresql!.restartTriggers);
  expect(other.postgresql!.reloadTriggers).not.toEqual(services.postgresql!.reloadTriggers);
  const more = postgresql({ settings: { max_connections: 20 } }).systemd.services;
  expect(more.postgresql!.restartTriggers).not.toEqual(services.postgresql!.restartTriggers);
  expect(needsRestart({ work_mem: "1MB", Shared_Buffers: "1MB", "pg_stat_statements.max": 5 })).toEqual([
    "Shared_Buffers = '1MB'",
    "pg_stat_statements.max = 5",
  ]);
});

test("a value is one value", () => {
  expect(postgresqlText({ a: true, b: 1.5, c: "it's \\n", d: ["x", "y"] })).toBe(
    "a = on\nb = 1.5\nc = 'it''s \\\\n'\nd = 'x,y'\n",
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const [, inner] = /^a = '(.*)'\n$/s.exec(postgresqlText({ a: text }))!;
      expect(inner!.replaceAll("''", "").replaceAll("\\\\", "")).not.toMatch(/['\\]/);
    }),
  );
});

test("what is no name, no line", () => {
  const refused = (options: object) =>
    expect(problems({ services: { postgresql: { enable: true, ...options } } })[0]).toMatch(
      /^wrong-type services.postgresql/,
    );
  refused({ ensureDatabases: ["a'; DROP TABLE x; --"] });
  refused({ ensureUsers: [{ name: "a b" }] });
  refused({ package: "mariadb-server" });
  refused({ package: "postgresql-17; rm" });
  refused({ settings: { a: "x\ny" } });
  refused({ settings: { "a b": 1 } });
  // To PostgreSQL it is the same parameter, whose last value counts: `settings.port` would be another.
  refused({ settings: { Port: 5433 } });
  refused({ authentication: "a\rb" });
});

test("databases are made by the socket that the server has", () => {
  const host = (settings: object) =>
    system({ services: { postgresql: { enable: true, ensureDatabases: ["shop"], settings } } }).systemd.services[
      "postgresql-setup"
    ]?.environment.PGHOST;
  expect(host({})).toBe("/run/postgresql");
  expect(host({ unix_socket_directories: "/run/app, /run/postgresql" })).toBe("/run/app");
  expect(host({ unix_socket_directories: ["/run/app"] })).toBe("/run/app");
  expect(host({ unix_socket_directories: "" })).toBe("localhost");
});

/** The two systems that the seeds print: an SSH server on another port, and PostgreSQL. With real clients on the host. */
import { expect } from "vitest";
import { startParameters } from "../../../src/options/services/postgresql-settings.ts";
import { eventually, type Machine, scenario } from "../harness.ts";
import { client } from "./client.ts";
import { testKey } from "./key.ts";
import { type Change, key, rebuilt, seeds } from "./systems.ts";

const other = testKey("stranger@host");

const both = (host: Machine, change?: Change): string => seeds(host.suite, change);

async function ssh(host: Machine, identity: string, ...words: string[]) {
  const port = words[0] === "-p" ? words.splice(0, 2) : ["-p", "2022"];
  const options = [
    "UserKnownHostsFile=/root/known",
    "StrictHostKeyChecking=accept-new",
    "BatchMode=yes",
    "IdentitiesOnly=yes",
  ].flatMap((option) => ["-o", option]);
  return client(host, "/usr/bin/ssh", "-F", "none", ...options, "-i", identity, ...port, "root@10.233.1.2", ...words);
}

async function sql(host: Machine, query: string, port = 5432): Promise<string> {
  const address = ["--host=10.233.1.2", `--port=${port}`, "--username=shop", "--dbname=shop"];
  const argv = [...address, "--no-psqlrc", "--tuples-only", "--no-align", "--command", query];
  const { code, stdout, stderr } = await client(host, "/usr/lib/postgresql/*/bin/psql", ...argv);
  if (code !== 0) throw new Error(`psql: ${stderr}`);
  return stdout.trim();
}

const pid = async (host: Machine, service: string): Promise<string> =>
  (await host.inside("both", ["systemctl", "show", "--property=MainPID", "--value", service])).trim();

scenario(
  "openssh and postgresql, with their own clients",
  async ({ host }) => {
    await host.switchTo(both(host));
    await host.put("/root/key", key.pem, "0600");
    await host.put("/root/other", other.pem, "0600");
    await logins(host);
    await queries(host);
    await changes(host);
    await restarts(host);
    await otherVersion(host);
  },
  { on: "trixie", timeout: 240_000 },
);

async function logins(host: Machine): Promise<void> {
  const in2022 = await eventually(async () => {
    const result = await ssh(host, "/root/key", "hostname");
    if (result.code !== 0) throw new Error(result.stderr);
    return result;
  });
  expect(in2022.stdout).toBe("both\n");
  const refused = await ssh(host, "/root/other", "hostname");
  expect(refused.code).toBe(255);
  expect(refused.stderr).toContain("Permission denied");
  // Nothing listens on the usual port.
  expect((await ssh(host, "/root/key", "-p", "22", "hostname")).stderr).toContain("Connection refused");
}

async function queries(host: Machine): Promise<void> {
  expect(await sql(host, "SELECT current_user || ' in ' || current_database()")).toBe("shop in shop");
  expect(await sql(host, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'")).toBe("shop");
  await sql(host, "CREATE TABLE goods (name text); INSERT INTO goods VALUES ('apple')");
  const asked = await sql(host, "SELECT name FROM pg_settings WHERE context = 'postmaster'");
  expect(asked.split("\n").filter((name) => !startParameters.has(name.toLowerCase()))).toEqual([]);
  const first = ["runuser", "-u", "postgres", "--", "psql", "-tAc", "SELECT count(*) FROM first_time"];
  expect(await host.inside("both", first)).toBe("1\n");
  // Not the cluster that the package would make for itself.
  expect(await host.inside("both", ["pg_lsclusters", "--no-header"])).toBe("");
}

/** Reloads where a reload does, restarts where nothing else does. */
async function changes(host: Machine): Promise<void> {
  const before = { ssh: await pid(host, "ssh"), postgresql: await pid(host, "postgresql") };
  const settings = 'work_mem: "16MB"';
  await host.switchTo(
    both(host, { ssh: " settings: { MaxAuthTries: 2 },", sql: ` settings: { ${settings} }, ` }).replace(
      'ensureDatabases: ["shop"]',
      'ensureDatabases: ["shop", "more"]',
    ),
  );
  expect({ ssh: await pid(host, "ssh"), postgresql: await pid(host, "postgresql") }).toEqual(before);
  await eventually(async () => expect(await sql(host, "SHOW work_mem")).toBe("16MB"));
  expect(await sql(host, "SELECT count(*) FROM pg_database WHERE datname = 'more'")).toBe("1");
  expect(await host.inside("both", ["/usr/sbin/sshd", "-T"])).toContain("maxauthtries 2\n");
  await eventually(async () => expect((await ssh(host, "/root/key", "true")).code).toBe(0));

  // A port is taken at the start.
  const moved = both(host, { sql: ` settings: { ${settings}, port: 5433 }, ` });
  await host.configure(moved);
  expect((await host.tryStowage(["plan"])).stdout).toMatch(/restart +postgresql\.service/);
  await host.stowage(["switch"]);
  expect(await pid(host, "postgresql")).not.toBe(before.postgresql);
  expect(await sql(host, "SELECT name FROM goods", 5433)).toBe("apple");
}

async function restarts(host: Machine): Promise<void> {
  const known = await host.get("/root/known");
  await host.switchTo(both(host, rebuilt));
  await eventually(async () => expect(await sql(host, "SELECT name FROM goods")).toBe("apple"));
  // The initial script would fail: its table is there.
  expect(await host.inside("both", ["systemctl", "is-system-running", "--wait"])).toBe("running\n");
  await eventually(async () => expect((await ssh(host, "/root/key", "true")).code).toBe(0));
  expect(await host.get("/root/known")).toBe(known);
}

/** An empty cluster beside somebody's data would look as if the data were gone. */
async function otherVersion(host: Machine): Promise<void> {
  const script = `systemctl stop postgresql
mv /var/lib/postgresql/[0-9]* /var/lib/postgresql/9.6
echo 9.6 >/var/lib/postgresql/9.6/main/PG_VERSION
! systemctl start postgresql
journalctl --unit=postgresql --output=cat --lines=10`;
  expect(await host.inside("both", ["sh", "-ec", script])).toContain("There is data of PostgreSQL 9.6");
}

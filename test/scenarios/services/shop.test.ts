/** examples/services: a web server, a database in memory and an application, from one host.ts; and changes in place. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { eventually, httpGet, type Machine, scenario } from "../harness.ts";

const example = (name: string): string =>
  readFileSync(new URL(`../../../examples/services/${name}`, import.meta.url), "utf8");
const hostTs = example("host.ts");
const files = { "visits.ts": example("visits.ts") };

const page = async (host: Machine): Promise<string> => (await httpGet(host, "http://127.0.0.1:8085/")).body;

async function pids(host: Machine): Promise<Record<string, string>> {
  const names = ["nginx", "redis", "visits"];
  const show = ["systemctl", "show", "--property=MainPID", "--value", ...names];
  const found = (await host.inside("shop", show)).trim().split(/\n+/);
  return Object.fromEntries(names.map((name, at) => [name, found[at]!]));
}

function replaced(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

scenario("examples/services: a page counts its visits, and every part changes by itself", async ({ host }) => {
  await host.switchTo(hostTs, files);
  await eventually(async () => expect(await page(host)).toBe("Welcome, visitor 1\n"));
  expect(await page(host)).toBe("Welcome, visitor 2\n");
  const before = await pids(host);
  expect(await host.inside("shop", ["stat", "--format=%U", `/proc/${before.visits}`])).toBe("visits\n");

  // The application alone.
  const other = replaced(hostTs, '"Welcome"', '"Good evening"');
  await host.switchTo(other, files);
  await eventually(async () => expect(await page(host)).toBe("Good evening, visitor 3\n"));
  const after = await pids(host);
  expect({ ...after, visits: "" }).toEqual({ ...before, visits: "" });
  expect(after.visits).not.toBe(before.visits);

  // The web server is reloaded.
  const health = replaced(other, "locations: {", 'locations: { "= /health": { return: "200 well" },');
  await host.configure(health, files);
  expect((await host.tryStowage(["plan"])).stdout).toMatch(/reload +nginx\.service/);
  await host.stowage(["switch"]);
  await eventually(async () =>
    expect(await httpGet(host, "http://127.0.0.1:8085/health")).toEqual({ status: 200, body: "well" }),
  );
  expect(await pids(host)).toEqual(after);

  // A wrong configuration: nginx goes on as it was, and the switch says what is wrong.
  await host.configure(replaced(health, 'return: "200 well"', 'extraConfig: "no_such_directive;"'), files);
  const wrong = await host.tryStowage(["switch"]);
  expect(wrong.code).toBe(4);
  expect(wrong.stderr).toContain("no_such_directive");
  expect(await page(host)).toBe("Good evening, visitor 4\n");
  expect((await pids(host)).nginx).toBe(after.nginx);

  // Redis reads its settings once: it is restarted, and what it holds is on disk.
  await host.switchTo(replaced(health, "{ enable: true } }", "{ enable: true, databases: 4 } }"), files);
  expect((await pids(host)).redis).not.toBe(after.redis);
  await eventually(async () => expect(await page(host)).toBe("Good evening, visitor 5\n"));
  expect((await pids(host)).nginx).toBe(after.nginx);
  expect(await host.inside("shop", ["systemctl", "is-system-running"])).toBe("running\n");
});

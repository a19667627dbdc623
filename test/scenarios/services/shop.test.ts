/** examples/services: a web server, a database in memory and an application, from one host.ts; and changes in place. */
import { expect } from "vitest";
import { eventually, httpGet, type Machine, scenario } from "../harness.ts";
import { shop } from "./systems.ts";

const { hostTs, files } = shop(new URL("../../../examples/", import.meta.url));

const page = async (host: Machine): Promise<string> => (await httpGet(host, "http://127.0.0.1:8085/")).body;

async function pids(host: Machine): Promise<Record<string, string>> {
  const names = ["nginx", "redis", "visits"];
  const show = ["systemctl", "show", "--property=MainPID", "--value", ...names];
  const found = (await host.inside("bakery", show)).trim().split(/\n+/);
  return Object.fromEntries(names.map((name, at) => [name, found[at]!]));
}

function replaced(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

scenario(
  "examples/services: a page counts its visits, and every part changes by itself",
  async ({ host }) => {
    await host.switchTo(hostTs, files);
    await eventually(async () => expect(await page(host)).toBe("Welcome, visitor 1\n"));
    expect(await page(host)).toBe("Welcome, visitor 2\n");
    await application(host);
    await webServer(host);
    await database(host);
    expect(await host.inside("bakery", ["systemctl", "is-system-running"])).toBe("running\n");
  },
  { on: "trixie", timeout: 240_000 },
);

const friendly = replaced(hostTs, '"Welcome"', '"Good evening"');

async function application(host: Machine): Promise<void> {
  const before = await pids(host);
  expect(await host.inside("bakery", ["stat", "--format=%U", `/proc/${before.visits}`])).toBe("visits\n");
  await host.switchTo(friendly, files);
  await eventually(async () => expect(await page(host)).toBe("Good evening, visitor 3\n"));
  const after = await pids(host);
  expect({ ...after, visits: "" }).toEqual({ ...before, visits: "" });
  expect(after.visits).not.toBe(before.visits);
}

const healthy = replaced(friendly, "locations: {", 'locations: { "= /health": { return: "200 well" },');

/** It is reloaded; with a wrong configuration it goes on as it was, and the switch says what is wrong. */
async function webServer(host: Machine): Promise<void> {
  const before = await pids(host);
  await host.configure(healthy, files);
  expect((await host.tryStowage(["plan"])).stdout).toMatch(/reload +nginx\.service/);
  await host.stowage(["switch"]);
  await eventually(async () =>
    expect(await httpGet(host, "http://127.0.0.1:8085/health")).toEqual({ status: 200, body: "well" }),
  );
  expect(await pids(host)).toEqual(before);

  await host.configure(replaced(healthy, 'return: "200 well"', 'extraConfig: "no_such_directive;"'), files);
  const wrong = await host.tryStowage(["switch"]);
  expect(wrong.code).toBe(4);
  expect(wrong.stderr).toContain("no_such_directive");
  expect(await page(host)).toBe("Good evening, visitor 4\n");
  expect(await pids(host)).toEqual(before);
}

/** Redis reads its settings once: it is restarted, and what it held is there. */
async function database(host: Machine): Promise<void> {
  const before = await pids(host);
  await host.switchTo(replaced(healthy, "{ enable: true } }", "{ enable: true, databases: 4 } }"), files);
  await eventually(async () => expect(await page(host)).toBe("Good evening, visitor 5\n"));
  const after = await pids(host);
  expect(after.redis).not.toBe(before.redis);
  expect(after.nginx).toBe(before.nginx);
}

/** stowage destroy: what is refused before anything is removed. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { requireStopped } from "../../src/cli/by-hand/written.ts";
import { rowText } from "../../src/cli/commands/destroy.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { World } from "./world.ts";

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

test("state cannot be kept and removed", async () => {
  const { code, err } = await world.run("destroy", "--keep-state", "--state", "web");
  expect({ code, err }).toEqual({ code: 64, err: expect.stringContaining("--keep-state and --state") });
});

test("what is not down is refused, by whatever name its unit went", async () => {
  const asked: string[] = [];
  const systemd = (up: Readonly<Record<string, string>>) => ({
    activity: async (units: readonly string[]) => {
      asked.push(...units);
      return Object.fromEntries(units.flatMap((unit) => (up[unit] ? [[unit, { active: up[unit] }]] : []))) as never;
    },
  });
  const nobodys = () => false;
  await requireStopped(systemd({ "container@web.service": "failed" }), "web", [], nobodys);
  expect(asked).toEqual(["container@web.service", "podman-web.service", "docker-web.service"]);
  for (const unit of ["container@web.service", "docker-web.service", "mine.service"]) {
    for (const state of ["active", "activating", "deactivating", "reloading"]) {
      const refused = requireStopped(systemd({ [unit]: state }), "web", ["mine.service"], nobodys);
      await expect(refused).rejects.toThrow("container web is not down");
    }
  }
  const up = systemd({ "mine.service": "active" });
  await requireStopped(up, "web", ["mine.service"], (unit) => unit === "mine.service");
});

test("what a container called a directory that was mounted on does nothing to the terminal", () => {
  const row = { name: "web", existed: true, state: "removed", unmounted: ["/x/a\u001b[2Jb\ndb: destroyed"] } as const;
  const text = rowText(defaultLayout, row);
  expect(text.split("\n")).toHaveLength(3);
  expect(text).not.toContain("\u001b");
});

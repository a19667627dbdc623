/**
 * systemd-nspawn writes by path as root of the host, before anything is confined: links that a container leaves for its
 * next start must lead nowhere.
 */
import { describe, expect, test } from "vitest";
import { suites } from "../../../lab/tree.ts";
import { data, staged } from "./stage.ts";

const dirs = ["usr", "etc", "var", "dev", "run", "proc", "sys", "tmp"];
const up = "../".repeat(12);

describe.each(suites)("%s", (suite) => {
  const stage = staged(suite);
  const root = (name: string) => `/var/lib/stowage/containers/${name}/root`;
  const plant = (name: string, path: string, target: string) =>
    `mkdir -p /trap && cd ${root(name)} && mv ${path} away && ln -s ${target} ${path}`;
  const mend = (name: string, path: string) => stage.host.sh(`cd ${root(name)} && rm ${path} && mv away ${path}`);
  const trapped = async () => (await stage.host.sh("find /trap -mindepth 1 | head -3; rm -rf /trap")).trim();

  test.each(dirs)("planted at /%s: it does not start", async (dir) => {
    expect(await stage.starts("locked", plant("locked", dir, `${up}trap`))).toBe(false);
    expect(await trapped()).toBe("");
    await mend("locked", dir);
    expect(await stage.starts("locked", ":")).toBe(true);
  });

  test.each(["run", "dev"])("without the guard systemd-nspawn follows the one at /%s", async (dir) => {
    await stage.starts("weak", plant("weak", dir, `${up}trap`));
    expect(await trapped()).not.toBe("");
    await mend("weak", dir);
    expect(await stage.starts("weak", ":")).toBe(true);
  });

  test("root of a trusted container can plant one, and it does not start either", async () => {
    const script = `unshare --mount sh -c 'umount --lazy /run && mv /run /away && ln -s ${up}trap /run'`;
    expect(await stage.tries("loose", script)).toBe(true);
    expect(await stage.starts("loose", "mkdir -p /trap")).toBe(false);
    expect(await trapped()).toBe("");
    await mend("loose", "run");
    expect(await stage.starts("loose", ":")).toBe(true);
  });

  test.each(["locked", "loose"] as const)("at a bind mount's target in %s: it stays within the root", async (name) => {
    for (const target of [`${up}trap/new`, "/trap/new"]) {
      expect(await stage.starts(name, plant(name, "shared", target))).toBe(true);
      expect(await trapped()).toBe("");
      await stage.host.must(["systemctl", "stop", `container@${name}.service`]);
      await mend(name, "shared");
    }
    expect(await stage.starts(name, ":")).toBe(true);
  });

  test("at a bind mount's source, below another one that it may write to: it does not start", async () => {
    const steal = "rmdir /data/sub && ln -s /etc/stowage /data/sub";
    expect(await stage.tries("weak", steal)).toBe(true);
    expect(await stage.starts("weak", ":")).toBe(true);
    expect(await stage.says("weak", "ls /sub")).toContain("host.ts");
    expect(await stage.tries("locked", steal)).toBe(true);
    expect(await stage.starts("locked", ":")).toBe(false);
    await stage.host.sh(`rm ${data}/locked/sub`);
    expect(await stage.starts("locked", ":")).toBe(true);
  });
});

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test } from "vitest";
import { containersOnDisk, refuseMounts, removeInstallation, removeStates } from "../../src/apply/uninstall.ts";
import { StowageError } from "../../src/error.ts";
import type { Layout } from "../../src/store/layout.ts";

let dir: string;
let layout: Layout;
beforeEach(() => {
  dir = mkdtempSync(`${realpathSync(tmpdir())}/stowage-uninstall-`);
  const at = (name: string) => `${dir}/${name}`;
  layout = { state: at("state"), etc: at("etc"), run: at("run"), units: at("units"), cache: at("cache") };
  for (const path of [
    "state/store/x",
    "state/generations/1",
    "state/containers/web/root/etc",
    "cache/apt",
    "run",
    "etc",
  ])
    mkdirSync(at(path), { recursive: true });
  for (const path of ["state/format", "state/switch.json", "run/lock", "etc/host.ts", "theirs"])
    writeFileSync(at(path), "");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("containers' own and the user's stay", async () => {
  await removeInstallation(layout);
  expect(readdirSync(dir).sort()).toEqual(["etc", "state", "theirs"]);
  expect(readdirSync(layout.state)).toEqual(["containers"]);
  expect(readdirSync(layout.etc)).toEqual(["host.ts"]);
  expect(containersOnDisk(layout)).toEqual(["web"]);
});

test("with the containers' own nothing is left, and no link is followed", async () => {
  mkdirSync(`${dir}/outside`);
  writeFileSync(`${dir}/outside/file`, "");
  symlinkSync(`${dir}/outside`, `${layout.state}/containers/web/root/link`);
  rmSync(`${layout.etc}/host.ts`);
  await removeStates(layout, containersOnDisk(layout));
  await removeInstallation(layout);
  expect(readdirSync(dir).sort()).toEqual(["outside", "theirs"]);
  expect(existsSync(`${dir}/outside/file`)).toBe(true);
  // Twice is as good as once.
  await removeStates(layout, containersOnDisk(layout));
  await removeInstallation(layout);
});

test("a mount below a root is named, and one elsewhere is none of ours", () => {
  const mount = (point: string) => `36 35 98:0 / ${point} rw - ext4 /dev/sda1 rw\n`;
  expect(() => refuseMounts(layout, mount("/srv") + mount(layout.state))).not.toThrow();
  const below = `${layout.state}/containers/web/root/srv/with\\040space`;
  try {
    refuseMounts(layout, mount("/srv") + mount(below));
    expect.unreachable();
  } catch (error) {
    expect((error as StowageError).problems[0]).toMatchObject({
      code: "foreign-mount",
      details: [`${layout.state}/containers/web/root/srv/with space`],
    });
    expect(error).toBeInstanceOf(StowageError);
  }
});

test("a mount is seen where a link leads to the state directory", () => {
  symlinkSync(layout.state, `${dir}/link`);
  const mountinfo = `36 35 98:0 / ${layout.state}/containers/web/root/srv rw - ext4 /dev/sda1 rw\n`;
  expect(() => refuseMounts({ ...layout, state: `${dir}/link` }, mountinfo)).toThrow(StowageError);
});

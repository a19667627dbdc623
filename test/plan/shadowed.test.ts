/** Units of the host that ones of ours would take the place of. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { plan } from "../../src/plan/index.ts";
import { observePackaged } from "../../src/runtimes/nspawn/observe/packaged.ts";
import { compiled } from "../compile/oci/evaluated.ts";
import { machine } from "./observed.ts";

const named = (serviceName: string) =>
  compiled({ ociContainers: { containers: { web: { image: "localhost/web:1", serviceName } } } });
const path = "/usr/lib/systemd/system/ssh.service";

test("a unit of the host is not taken over", () => {
  const [next, packaged] = [named("ssh"), { "ssh.service": path }];
  expect(plan(null, next, { ...machine([]), packaged }).blocked).toEqual([
    expect.objectContaining({
      code: "foreign-unit",
      message: `the unit ssh.service of container web would take the place of one that this host has: ${path}`,
      hint: "give the container another serviceName",
    }),
  ]);
  expect(plan(null, next, machine([])).blocked).toEqual([]);
});

test("one that was ours before the host had it stays so", () => {
  const [next, packaged] = [named("ssh"), { "ssh.service": path }];
  expect(plan(next, next, { ...machine([next]), packaged }).blocked).toEqual([]);
});

test.each(["usr/lib", "lib", "usr/local/lib", "run"])("it is looked for in /%s/systemd/system", (above) => {
  const root = mkdtempSync(join(tmpdir(), "stowage-units-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const directory = join(root, above, "systemd/system");
  mkdirSync(directory, { recursive: true });
  for (const unit of ["ssh", "cron"]) writeFileSync(join(directory, `${unit}.service`), "");
  const [next, former] = [named("ssh"), named("cron")];
  expect(observePackaged([former], next, root)).toEqual({ "ssh.service": join(directory, "ssh.service") });
  expect(observePackaged([next], next, root)).toEqual({});
});

import { expect, test } from "vitest";
import { compileConfig, type Generation } from "../../src/compile/index.ts";
import { Former } from "../../src/plan/former.ts";
import { plan } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { Unit } from "../../src/units/index.ts";
import { hostConfig, lock } from "../compile/config.ts";
import { machine } from "./observed.ts";

const base = compileConfig(
  hostConfig({
    web: {
      autoStart: true,
      privateNetwork: true,
      hostAddress: "10.0.0.1",
      localAddress: "10.0.0.2",
      forwardPorts: [{ hostPort: 80 }],
    },
  }),
  lock,
  defaultLayout,
);

/** The generation with another key in a section of a unit. */
function withKey(name: string, section: string, key: string, value: string): Generation {
  const unit = base.units[name] as Unit;
  const sections = { ...unit.sections, [section]: { ...unit.sections[section], [key]: value } };
  return { ...base, id: `${name} ${key}`, units: { ...base.units, [name]: { name, sections } } };
}
const next = base.units["container@web.service"] as Unit;
const nice = withKey("container@web.service", "Service", "Nice", "5");
const oom = withKey("container@web.service", "Service", "OOMPolicy", "stop");

test("after a cut a unit is unchanged only if every generation says so", () => {
  expect(new Former(base, []).changes(next)).toEqual([]);
  expect(new Former(base, [nice]).changes(next)).toEqual(["Service.Nice"]);
  expect(new Former(oom, [nice]).changes(next)).toEqual(["Service.Nice", "Service.OOMPolicy"]);
});

test("a container is settled when it was there before every switch that was cut short", () => {
  const none: Generation = { ...base, id: "none", containers: {} };
  expect(new Former(base, []).isSettled("web")).toBe(true);
  expect(new Former(null, [base]).isSettled("web")).toBe(false);
  expect(new Former(none, [base]).isSettled("web")).toBe(false);
  expect(new Former(base, [none]).isSettled("web")).toBe(false);
});

test("other rules of the nft table are loaded into a running host by a reload", () => {
  const former = withKey("stowage-nftables.service", "Unit", "X-Reload-Triggers", "other");
  const steps = plan(former, base, machine([former])).steps.map((step) => step.id);
  expect(steps).toContain("reload-unit stowage-nftables.service");
  expect(steps.filter((id) => /^(re)?start-unit|^stop-unit/.test(id))).toEqual([]);
});

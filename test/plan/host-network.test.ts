import { expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { type Observed, plan } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";
import { machine } from "./observed.ts";

const bridge = { interfaces: ["eth1"], rstp: false, addresses: [] };
const own: ShortContainer = {
  privateNetwork: true,
  autoStart: true,
  hostBridge: "br0",
  localAddress: "192.0.2.9/24",
};
const host = (bridges: Record<string, typeof bridge>, containers: Record<string, ShortContainer> = { web: own }) =>
  compileConfig(
    { ...hostConfig(containers), networking: { ...hostConfig({}).networking, bridges } },
    lock,
    defaultLayout,
  );
const withBridge = host({ br0: bridge });
const link = Object.values(withBridge.files)
  .flatMap(({ text }) => /^link set dev (v[eb]-web) master br0$/m.exec(text)?.[1] ?? [])
  .slice(0, 1)
  .join();

/** A machine on which all is as it should be, but for what is given. */
function settled(interfaces: Record<string, string | null>, units: Record<string, string> = {}): Observed {
  return {
    ...machine([withBridge], { units: { "stowage-bridge-restore@br0.service": "inactive", ...units } }),
    interfaces: { br0: null, eth1: "br0", [link]: "br0", ...interfaces },
  };
}
const jobs = (observed: Observed, next = withBridge, current: typeof withBridge | null = withBridge) =>
  plan(current, next, observed)
    .steps.filter(({ action }) => "unit" in action && /^(start|restart|reload|stop)-/.test(action.do))
    .map(({ id, because }) => `${id}: ${because}`);

test("nothing to do where every port is where it belongs", () => {
  expect(plan(withBridge, withBridge, settled({})).steps).toEqual([]);
});

test("a new bridge and its ports are started by name; the container does not wait for them here", () => {
  const { steps } = plan(null, withBridge, { ...machine([]), interfaces: { eth1: null } });
  const names = steps.map(({ id }) => id);
  expect(names).toContain("start-unit stowage-bridge@br0.service");
  expect(names).toContain("start-unit stowage-bridge-port@eth1.service");
  expect(names).not.toContain("start-unit stowage-bridge-restore@br0.service");
  const start = steps.find(({ id }) => id === "start-unit container@web.service");
  expect(start?.after.filter((id) => id.includes("stowage-bridge"))).toEqual([]);
});

test("what a person stopped stays so, what failed is started", () => {
  expect(jobs(settled({ eth1: null }, { "stowage-bridge-port@eth1.service": "inactive" }))).toEqual([
    "start-unit stowage-bridge-restore@br0.service: eth1 is no longer on br0",
  ]);
  expect(jobs(settled({}, { "stowage-bridge-port@eth1.service": "failed" }))).toEqual([
    "start-unit stowage-bridge-port@eth1.service: it had failed",
  ]);
});

test("links that lost their bridge are put back, with the reason", () => {
  expect(jobs(settled({ [link]: null }))).toEqual([
    `start-unit stowage-bridge-restore@br0.service: ${link} is no longer on br0`,
  ]);
});

test("a link on another bridge is somebody's decision", () => {
  expect(jobs(settled({ [link]: "br7" }))).toEqual([]);
});

test("a bridge of ours that is gone is made again", () => {
  const { br0: _, ...interfaces } = settled({ [link]: null, eth1: null }).interfaces ?? {};
  expect(jobs({ ...settled({}), interfaces })).toEqual(["restart-unit stowage-bridge@br0.service: br0 is gone"]);
});

test("a bridge that somebody else made is in the way", () => {
  const observed = { ...machine([]), interfaces: { br0: null, eth1: null } };
  expect(plan(null, withBridge, observed).blocked.map(({ code, message }) => [code, message])).toEqual([
    ["foreign-bridge", "the interface br0 exists and was not made by stowage"],
  ]);
  expect(plan(null, host({}), observed).blocked).toEqual([]);
});

test("a bridge that nothing declares and the host lacks is told before", () => {
  const notices = (interfaces: Record<string, null>) => plan(null, host({}), { ...machine([]), interfaces }).notices;
  expect(notices({})).toContain("there is no bridge br0 on this host, and networking.bridges does not declare it");
  expect(notices({ br0: null }).join()).not.toContain("br0");
});

test("managers that run read our files when these change, before containers start", () => {
  const p2p = host({}, { web: { ...own, hostBridge: null, hostAddress: "192.0.2.1", localAddress: "192.0.2.9" } });
  const running = { "systemd-networkd.service": "active" };
  const { steps } = plan(null, p2p, machine([], { units: running }));
  const reload = steps.find(({ action }) => action.do === "reload-manager");
  expect(reload?.id).toBe("reload-manager systemd-networkd.service");
  expect(steps.find(({ id }) => id === "declare web")?.after).toContain(reload?.id);
  expect(plan(p2p, p2p, machine([p2p], { units: running })).steps).toEqual([]);
  const removed = plan(p2p, host({}, {}), machine([p2p], { units: running })).steps.map(({ id }) => id);
  expect(removed).toContain("reload-manager systemd-networkd.service");
});

test("managers that do not run are left alone", () => {
  const { steps } = plan(null, withBridge, machine([]));
  expect(steps.filter(({ action }) => action.do === "reload-manager")).toEqual([]);
});

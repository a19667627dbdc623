import { expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { plan } from "../../src/plan/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock } from "../compile/config.ts";
import { machine } from "./observed.ts";

const next = compileConfig(
  hostConfig({ web: { interfaces: ["eth1"], macvlans: ["eth2"], autoStart: true } }),
  lock,
  defaultLayout,
);
const missing = (name: string) => `there is no interface ${name} on this host: container web cannot start without it`;
const told = (interfaces: Record<string, null>, units: Record<string, string> = {}) =>
  plan(null, next, { ...machine([], { units }), interfaces }).notices.filter((notice) =>
    notice.startsWith("there is no interface"),
  );

test("interfaces that the host lacks are told before anything is done", () => {
  expect(told({})).toEqual([missing("eth2"), missing("eth1")]);
  expect(told({ eth1: null })).toEqual([missing("eth2")]);
  expect(told({ eth1: null, eth2: null })).toEqual([]);
});

test("a running container has them", () => {
  expect(told({}, { "container@web.service": "active" })).toEqual([]);
});

/** Values of one submodule have one hidden class of V8's: else whatever reads a thousand of them looks up each key of each. */
import { setFlagsFromString } from "node:v8";
import { afterEach, expect, test } from "vitest";
import { evalModules } from "../../src/modules/index.ts";
import { shortcuts } from "../../src/modules/pass.ts";
import { type HostConfig, hostModule } from "../../src/options/index.ts";

setFlagsFromString("--allow-natives-syntax");
const isAlike = new Function("a", "b", "return %HaveSameMap(a, b)") as (a: unknown, b: unknown) => boolean;
setFlagsFromString("--no-allow-natives-syntax");

afterEach(() => {
  shortcuts.taken = true;
});

/** Of few types, as few as V8 tells apart at one place; values of several kinds, where the defaults have null, another kind, or something else of the kind. */
const containers = Object.fromEntries(
  Array.from({ length: 24 }, (_, at) => [
    `c${at}`,
    {
      path: "/srv/tree",
      privateNetwork: true,
      hostAddress: `10.0.${at}.1`,
      localAddress: `10.0.${at}.2`,
      forwardPorts: [{ hostPort: 1024 + at }],
      bindMounts: { "/srv": { hostPath: `/srv/${at}`, isReadOnly: at % 2 === 0 } },
    },
  ]),
);

test.each([
  ["the short way", true],
  ["the long way", false],
])("%s", (_, taken) => {
  shortcuts.taken = taken;
  const { config, issues } = evalModules({ modules: [hostModule, { containers }] }) as unknown as {
    config: HostConfig;
    issues: readonly unknown[];
  };
  expect(issues).toEqual([]);
  const all = Object.values(config.containers);
  const alike = (part: (one: (typeof all)[number]) => unknown) =>
    all.slice(1).filter((one, at) => isAlike(part(one), part(all[at]!))).length;
  // The first few settle what kinds of values there are.
  const most = all.length - 4;
  expect(alike((one) => one)).toBeGreaterThanOrEqual(most);
  expect(alike((one) => one.forwardPorts[0])).toBeGreaterThanOrEqual(most);
  expect(alike((one) => one.bindMounts["/srv"])).toBeGreaterThanOrEqual(most);
});

/** What most configurations are, plain data, is evaluated without a scope for each part of it (docs/design/evaluation.md). */
import { expect, test } from "vitest";
import { insideOf } from "../../src/modules/evaluate.ts";
import { evalModules, mkIf } from "../../src/modules/index.ts";
import { hostModule } from "../../src/options/index.ts";

const container = {
  path: "/srv/tree",
  privateNetwork: true,
  hostAddress: "10.0.0.1",
  localAddress: "10.0.0.2",
  forwardPorts: [{ hostPort: 8080, containerPort: 80 }],
  bindMounts: { "/srv/data": { isReadOnly: false }, "/srv/site": { mountPoint: "/srv/www" } },
  extraVeths: { backup0: { localAddress: "192.0.2.7/24" } },
  allowedDevices: [{ node: "/dev/fuse", modifier: "rw" }],
};
const config = {
  packages: ["nginx-light"],
  environment: { etc: { motd: { text: "hello" } } },
  systemd: { services: { nginx: { wantedBy: ["multi-user.target"], serviceConfig: { Restart: "always" } } } },
};

function scopesOf(containers: object): number {
  const evaluation = evalModules({ modules: [hostModule, { containers }] });
  expect(evaluation.issues).toEqual([]);
  return insideOf(evaluation).pass.scopes.length;
}

test("containers that are plain data need no scope", () => {
  expect(scopesOf({ a: container, b: { config } })).toBe(1);
});

test("one that is not plain needs scopes of its own, and the others none", () => {
  expect(scopesOf({ a: container, b: container, c: { ...container, ephemeral: mkIf(true, true) } })).toBe(2);
});

test("a service makes its own container need a scope, and no other", () => {
  expect(scopesOf({ a: { config: { services: { nginx: { enable: true } } } }, b: { config } })).toBe(3);
  expect(scopesOf({ a: { config: { services: {} } }, b: { config } })).toBe(1);
});

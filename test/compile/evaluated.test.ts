import { expect, test } from "vitest";
import { compile, requestsOf } from "../../src/compile/index.ts";
import { packagesOf } from "../../src/compile/requests.ts";
import { StowageError } from "../../src/error.ts";
import { type Evaluation, evalModules } from "../../src/modules/index.ts";
import { type HostConfig, hostOptions } from "../../src/options/index.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { recipeFor } from "../../src/systems/lock.ts";
import { type Recipe, recipeName } from "../../src/systems/recipe.ts";
import { hostConfig, lock } from "./config.ts";

const evaluated = (definitions: object): Evaluation<HostConfig> =>
  evalModules({ modules: [{ options: hostOptions }, definitions] }) as Evaluation as Evaluation<HostConfig>;

test("configurations of the tests are what an evaluation gives", () => {
  const { config } = evaluated({
    containers: {
      web: {
        bindMounts: { "/srv": {} },
        config: { systemd: { services: { a: {} } }, environment: { etc: { b: {} } } },
      },
    },
  });
  const short = { bindMounts: { "/srv": {} }, config: { services: { a: {} }, etc: { b: {} } } };
  expect(JSON.parse(JSON.stringify(config))).toEqual(JSON.parse(JSON.stringify(hostConfig({ web: short }))));
});

test("ports that can be forwarded are 1 to 65535", () => {
  const issuesOf = (hostPort: number, containerPort: number) =>
    evaluated({ containers: { web: { config: {}, forwardPorts: [{ hostPort, containerPort }] } } }).issues.length;
  expect([issuesOf(0, 80), issuesOf(80, 0), issuesOf(65536, 80), issuesOf(1, 65535)]).toEqual([1, 1, 1, 0]);
});

test("an evaluation is compiled", () => {
  const evaluation = evaluated({ containers: { web: { config: { packages: ["nginx-light"] } } } });
  expect(evaluation.issues).toEqual([]);
  expect(requestsOf(evaluation.config)).toEqual([{ kind: "debian", suite: "trixie", packages: ["nginx-light"] }]);
  const generation = compile(evaluation, lock, defaultLayout);
  expect(Object.keys(generation.containers)).toEqual(["web"]);
});

test("problems carry the option they are about", () => {
  const evaluation = evaluated({ containers: { web: { path: "/srv/tree", config: {} } } });
  try {
    compile(evaluation, lock, defaultLayout);
    expect.fail();
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    expect(error.problems.map(({ code, option }) => [code, option])).toEqual([
      ["path-and-config", ["containers", "web", "config"]],
    ]);
  }
});

test("what many containers have in common is looked up once", () => {
  const find = packagesOf(lock);
  const request = { kind: "debian", suite: "trixie", packages: ["nginx-light"] } as const;
  expect(find({ ...request })).toBe(find({ ...request }));
  expect(find(request)?.name).toBe(recipeName(recipeFor(lock, request) as Recipe));
  expect(find({ ...request, packages: [] })?.name).not.toBe(find(request)?.name);
  expect(find({ ...request, packages: ["redis"] })).toBeNull();
});

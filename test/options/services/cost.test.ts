/** What services cost a container that uses none, and what one that does: docs/design/evaluation.md. */
import { expect, test } from "vitest";
import { insideOf } from "../../../src/modules/evaluate.ts";
import { evalModules } from "../../../src/modules/index.ts";
import { collectedOf } from "../../../src/modules/instance.ts";
import { hostModule } from "../../../src/options/index.ts";
import { serviceModules } from "../../../src/options/services/index.ts";
import { systemOptions } from "../../../src/options/system/index.ts";

test("each module of a service tells on unknown values what it may define, and what it hangs on", () => {
  const { defining, problems } = collectedOf({
    modules: [{ options: systemOptions }, ...serviceModules],
    specialArgs: {},
  });
  expect(problems).toEqual([]);
  for (const { tentative, when } of defining) {
    expect(when?.[0]).toBe("services");
    // One that fails here may define anything, itself among others: every container would be evaluated twice.
    expect(() => tentative?.()).not.toThrow();
  }
});

test("no configuration is evaluated twice for them", () => {
  const containers = {
    function: { config: () => ({ packages: ["curl"] }) },
    all: {
      config: {
        services: {
          nginx: { enable: true },
          openssh: { enable: true },
          postgresql: { enable: true },
          redis: { servers: { "": { enable: true } } },
        },
      },
    },
  };
  const { pass } = insideOf(evalModules({ modules: [hostModule, { containers }] }));
  expect(pass.previous).toBeUndefined();
});

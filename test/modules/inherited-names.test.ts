/** Options by names that every object has by inheritance are options like others. */
import { afterEach, expect, test } from "vitest";
import { evalModules, mkOption, types } from "../../src/modules/index.ts";
import { shortcuts } from "../../src/modules/pass.ts";

afterEach(() => {
  shortcuts.taken = true;
});

test.each([true, false])("what has no value is not there, whatever an object inherits (the short way: %s)", (taken) => {
  shortcuts.taken = taken;
  const inner = { options: { constructor: mkOption({ type: types.str }), port: mkOption({ type: types.int }) } };
  const { config } = evalModules({
    modules: [
      { options: { web: mkOption({ type: types.attrsOf(types.submodule(inner)) }) } },
      { config: { web: { a: { port: 1 } } } },
    ],
  } as never) as unknown as { config: { web: Record<string, object> } };
  expect(Object.keys(config.web.a!)).toEqual(["port"]);
});

test("beside a freeform type, too", () => {
  const { config } = evalModules({
    modules: [
      {
        freeformType: types.attrsOf(types.str),
        options: { constructor: mkOption({ type: types.str, default: "d" }) },
      },
      { config: { other: "o" } },
    ],
  } as never) as unknown as { config: object };
  expect({ ...config }).toEqual({ constructor: "d", other: "o" });
});

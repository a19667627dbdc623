import { describe, expect, test } from "vitest";
import {
  evalModules,
  explain,
  mkDefault,
  mkForce,
  mkIf,
  mkOption,
  optionDocs,
  optionsMarkdown,
  optionsSchema,
  searchOptions,
  types,
} from "../../src/modules/index.ts";
import { recordModule, recordObject } from "../../src/modules/place.ts";
import { int, type Loose, str } from "./case.ts";

const box = types.submodule({
  options: {
    size: mkOption({ type: types.int, default: 1, description: "Size in metres." }),
    env: mkOption({ type: types.attrsOf(types.str), default: {}, description: "Variables of the environment." }),
    secret: mkOption({ type: types.sensitive(types.str), default: "hunter2" }),
    hidden: mkOption({ type: types.int, default: 0, internal: true }),
    ports: mkOption({ type: types.listOf(types.submodule({ options: { host: int(80) } })), default: [] }),
  },
});
const base = {
  options: {
    boxes: mkOption({ type: types.attrsOf(box), default: {}, description: "Boxes, by name." }),
    net: { name: mkOption({ type: types.str, example: "a`b", description: "The host's name." }) },
    seed: mkOption({ type: types.int, default: 3, defaultText: "the number of boxes", readOnly: true }),
  },
};

const at = <T extends object>(line: number, object: T): T => {
  recordObject(
    object,
    "host.ts",
    Object.keys(object).flatMap((key, index) => [key, line, index + 1]),
    [],
  );
  return object;
};

describe("explain", () => {
  const modules = [
    base,
    at(1, { boxes: at(2, { a: at(3, { size: 2 }) }) }),
    at(4, { boxes: at(5, { a: at(6, { size: mkDefault(5), env: at(7, { A: "x" }) }) }) }),
    mkIf(false, { boxes: { a: { size: 9 } } }),
  ] as const;

  test("every definition, with priority, place, and why it does not count", () => {
    expect(explain(evalModules({ modules }), ["boxes", "a", "size"])).toEqual({
      name: "boxes.a.size",
      option: "boxes.a.size",
      type: "integer",
      description: "Size in metres.",
      default: "1",
      value: "2",
      declared: [],
      definitions: [
        { value: "2", priority: 100, place: { file: "host.ts", line: 3, column: 1 }, counts: true },
        {
          value: "5",
          priority: 1000,
          place: { file: "host.ts", line: 6, column: 1 },
          counts: false,
          because: "another has a better priority",
        },
        { value: "9", priority: 100, counts: false, because: "its condition does not hold" },
      ],
    });
  });

  test("an attribute has the option that declares it", () => {
    const explanation = explain(evalModules({ modules }), ["boxes", "a", "env", "A"]);
    expect(explanation).toMatchObject({ option: "boxes.a.env", value: '"x"', type: "string" });
    expect(explanation?.definitions).toHaveLength(1);
  });

  test("a definition that was overridden from outside is told", () => {
    const evaluation = evalModules({ modules: [...modules, { boxes: { a: mkForce({}) } }] });
    const explanation = explain(evaluation, ["boxes", "a", "size"]);
    expect(explanation?.value).toBe("1");
    expect(explanation?.definitions.map((definition) => definition.counts)).toEqual([false, false, false]);
  });

  test("an element of a list", () => {
    const evaluation = evalModules({ modules: [base, { boxes: { a: { ports: [{}, { host: 443 }] } } }] });
    expect(explain(evaluation, ["boxes", "a", "ports", "1", "host"])).toMatchObject({ value: "443" });
  });

  test("an option without a value says why", () => {
    const explanation = explain(evalModules({ modules }), ["net", "name"]);
    expect(explanation).toMatchObject({ problem: "has neither a definition nor a default", definitions: [] });
    expect(explanation).not.toHaveProperty("value");
  });

  test("a secret is not shown", () => {
    const evaluation = evalModules({ modules: [base, { boxes: { a: { secret: "hunter3" } } }] });
    expect(JSON.stringify(explain(evaluation, ["boxes", "a", "secret"]))).not.toContain("hunter");
  });

  test("the file of a module without places", () => {
    const module = { seed: 4 };
    recordModule(module, "web.ts");
    const explanation = explain(evalModules({ modules: [{ options: { seed: int(1) } }, module] }), ["seed"]);
    expect(explanation?.definitions).toEqual([{ value: "4", priority: 100, file: "web.ts", counts: true }]);
  });

  test("what is computed in a submodule", () => {
    const own = types.attrsOf(
      types.submodule({ options: { s: str("") }, config: ({ name }) => ({ s: mkDefault(name) }) }),
    );
    const evaluation = evalModules({
      modules: [{ options: { b: mkOption({ type: own }) } }, { b: { x: {} } } as Loose],
    });
    expect(explain(evaluation, ["b", "x", "s"])?.definitions).toEqual([{ value: '"x"', priority: 1000, counts: true }]);
  });

  test("no such option", () => {
    expect(explain(evalModules({ modules }), ["nope"])).toBeUndefined();
    expect(explain(evalModules({ modules }), ["boxes", "none", "size"])).toBeUndefined();
  });
});

describe("the reference", () => {
  const docs = optionDocs([base]);

  test("names options of submodules, by name, without internal ones", () => {
    expect(docs.map((doc) => doc.name)).toEqual([
      "boxes",
      "boxes.<name>.env",
      "boxes.<name>.ports",
      "boxes.<name>.ports.*.host",
      "boxes.<name>.secret",
      "boxes.<name>.size",
      "net.name",
      "seed",
    ]);
  });

  test("as Markdown", () => {
    const chosen = docs.filter((doc) => ["net.name", "seed"].includes(doc.name));
    expect(optionsMarkdown(chosen)).toBe(`### \`net.name\`

The host's name.

- Type: string
- Example: \`\` "a\`b" \`\`

### \`seed\`

- Type: integer
- Default: \`the number of boxes\`
- Read-only
`);
  });

  test("hides the default of a secret", () => {
    expect(docs.find((doc) => doc.name.endsWith("secret"))?.default).toBe("a secret");
  });

  test("of a type that contains itself ends", () => {
    const node: Loose = types.submodule({
      options: {
        get children(): Loose {
          return mkOption({ type: types.attrsOf(node), default: {} });
        },
      },
    });
    const module = { options: { tree: mkOption({ type: node }) } };
    expect(optionDocs([module]).map((doc) => doc.name)).toEqual(["tree", "tree.children"]);
    expect(optionsSchema([module])).toMatchObject({ properties: { tree: { properties: { children: {} } } } });
  });

  test("as JSON schema", () => {
    expect(optionsSchema([base])).toEqual({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      additionalProperties: false,
      properties: {
        boxes: {
          type: "object",
          default: {},
          description: "Boxes, by name.",
          additionalProperties: {
            type: "object",
            additionalProperties: false,
            properties: {
              env: {
                type: "object",
                default: {},
                description: "Variables of the environment.",
                additionalProperties: { type: "string" },
              },
              ports: {
                type: "array",
                default: [],
                items: {
                  type: "object",
                  additionalProperties: false,
                  properties: { host: { type: "integer", default: 80 } },
                },
              },
              secret: { type: "string" },
              size: { type: "integer", default: 1, description: "Size in metres." },
            },
          },
        },
        net: {
          type: "object",
          additionalProperties: false,
          properties: { name: { type: "string", description: "The host's name.", examples: ["a`b"] } },
        },
        seed: { type: "integer", default: 3 },
      },
    });
  });

  test("is searched by words: names before descriptions", () => {
    const names = (text: string) => searchOptions(docs, text).map((doc) => doc.name);
    expect(names("name")).toEqual([
      "net.name",
      "boxes.<name>.env",
      "boxes.<name>.size",
      "boxes.<name>.ports",
      "boxes.<name>.secret",
      "boxes.<name>.ports.*.host",
      "boxes",
    ]);
    expect(names("ENVIRONMENT variables")).toEqual(["boxes.<name>.env"]);
    expect(names("boxes metres")).toEqual(["boxes.<name>.size"]);
    expect(names("nothing like it")).toEqual([]);
    expect(names("  ")).toEqual([]);
  });
});

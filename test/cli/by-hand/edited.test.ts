import fc from "fast-check";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { written } from "../../../src/cli/by-hand/definition.ts";
import { edited } from "../../../src/cli/by-hand/edited.ts";
import { expression, moduleText } from "../../../src/cli/by-hand/embedded.ts";
import { Code, type Value } from "../../../src/cli/by-hand/literal.ts";
import { settingOf } from "../../../src/cli/by-hand/settings.ts";
import { ownModules } from "../../../src/cli/evaluate.ts";

const text = `// Mine.
import { defineHost } from "stowage";

export default defineHost({
  containers: {
    web: {
      autoStart: true, // at boot
      hostAddress: "10.233.1.1",
      /* the system */
      config: { packages: ["curl"] }, // for now
    },
  },
});
`;

const web = { name: "web", kind: "system" } as const;
const set = (...settings: string[]) => settings.map((one) => settingOf(one, ownModules, ["containers", "web"]));
const change = (options: { [key: string]: Value }, ...settings: string[]) =>
  edited(text, "web.ts", web, { options, settings: set(...settings) }).text;

describe("a part of a definition is another one", () => {
  test("another system in the place of the former one; comments stay", () => {
    expect(change({ config: expression("packages: []", "--config") })).toBe(
      text.replace('{ packages: ["curl"] }', "{ packages: [] }"),
    );
    expect(change({ flake: "github:x/y" })).toBe(text.replace('config: { packages: ["curl"] }', 'flake: "github:x/y"'));
  });

  test("options, there and not there, deep and not", () => {
    expect(change({}, "autoStart=false")).toBe(text.replace("autoStart: true", "autoStart: false"));
    expect(change({}, "config.packages=jq")).toBe(text.replace('["curl"]', '["curl", "jq"]'));
    expect(change({}, 'config.packages=["jq"]')).toBe(text.replace('["curl"]', '["jq"]'));
    expect(change({}, "ephemeral=true")).toBe(
      text.replace("}, // for now\n", "}, // for now\n      ephemeral: true,\n"),
    );
    expect(change({}, "config.services.nginx.enable=true")).toContain(
      'config: { packages: ["curl"],\n        services: { nginx: { enable: true } },\n      }, // for now',
    );
  });

  test("what is no literal is not touched", () => {
    const other = "const web = { a: 1 };\nexport default { containers: { web } };\n";
    const put = () => edited(other, "web.ts", web, { options: {}, settings: set("autoStart=true") });
    expect(put).toThrow("web.ts is not written so that this can be put into it");
    expect(() => edited("export default [", "web.ts", web, { options: {}, settings: set("autoStart=true") })).toThrow();
  });

  test.each([
    ["an object with a spread", "config: { packages: [] }", "...base", "autoStart=true", "containers.web"],
    ["a spread before what is there", "...base, autoStart: true", "", "autoStart=false", "containers.web"],
    [
      "a list with a spread",
      "forwardPorts: [...ports, { hostPort: 1 }]",
      "",
      "forwardPorts.1.hostPort=2",
      "forwardPorts",
    ],
    ["a call within", "config: site({ port: 80 })", "", "config.packages=curl", "containers.web.config"],
  ])("what is elsewhere is not guessed: %s", (_, first, second, setting, where) => {
    const other = `export default defineHost({ containers: { web: { ${first}, ${second} } } });\n`;
    const put = () => edited(other, "web.ts", web, { options: {}, settings: set(setting) });
    expect(put).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            code: "not-editable",
            details: [expect.stringContaining(`${where} does not stand in the file itself as a literal`)],
          }),
        ],
      }),
    );
  });

  test("nor is a system beside a spread, which may have one; to the end of a list nothing is in the way", () => {
    const inside = (body: string) => `export default { containers: { web: { ${body} } } };\n`;
    const put = (body: string, options: { [key: string]: Value }, ...settings: string[]) =>
      edited(inside(body), "web.ts", web, { options, settings: set(...settings) }).text;
    expect(() => put("...base", { flake: "github:x/y" })).toThrow("web.ts is not written so");
    expect(put("config: { packages: [...all] }", {}, "config.packages=jq")).toBe(
      inside('config: { packages: [...all, "jq"] }'),
    );
    expect(put("config: { packages: [] }, bindMounts: { ...all }", {}, "autoStart=true")).toContain("autoStart: true");
  });
});

const path = "/root/site.ts";
function withFile(before: string, said: string): string {
  const embedded = moduleText({ text: said, shown: "site.ts", path });
  const options = { config: new Code(embedded.name, { file: "site.ts", line: 1 }) };
  return edited(before, "web.ts", web, { options, embedded, settings: [] }).text;
}

describe("what a file says", () => {
  const said = `import { text } from "./text.ts";
import { defineHost } from "stowage";
const ports = [80];
export default { environment: { etc: { mark: { text } } }, ports, defineHost };
`;
  const created = () => {
    const { head, name } = moduleText({ text: said, shown: "site.ts", path });
    return written({ ...web, options: { config: new Code(name, head.origin) }, head }).text;
  };

  test("stands before the definition, and is replaced by what it says next", () => {
    const once = withFile(created(), said);
    expect(once).toBe(created());
    const next = withFile(once, said.replace("[80]", "[81]"));
    expect(next).toBe(once.replace("[80]", "[81]"));
    expect(withFile(once, "export default {};\n")).not.toMatch(/ports|text\.ts/);
  });

  test("comes to a definition that had none, as often as it is given, and leaves what its owner has added", () => {
    const short = said.replace('import { defineHost } from "stowage";\n', "").replace(", defineHost", "");
    const own = text.replace("export default", "const config = 1; // mine\n\nexport default");
    const once = withFile(own, short);
    expect(once).toContain("const config2 = { environment");
    expect(once).toContain("config: config2, // for now");
    expect(withFile(once, short)).toBe(once);
    expect(once).toContain("const config = 1; // mine");
    expect(parseSync("web.ts", once, { showSemanticErrors: true }).errors).toStrictEqual([]);
    const plain = withFile(text, "export default { a: 1 };\n");
    expect(plain).toContain("\nconst config = { a: 1 };\n");
    expect(withFile(plain, "export default { a: 1 };\n")).toBe(plain);
  });

  test("goes once nothing is made of it, and not before", () => {
    const config = { config: expression("packages: []", "--config") };
    const instead = (before: string) => edited(before, "web.ts", web, { options: config, settings: [] }).text;
    const short = said.replace('import { defineHost } from "stowage";\n', "").replace(", defineHost", "");
    expect(instead(withFile(text, short))).toBe(instead(text));
    expect(edited(withFile(text, short), "web.ts", web, { options: {}, settings: set("autoStart=false") }).text).toBe(
      withFile(text, short).replace("autoStart: true", "autoStart: false"),
    );
    // Its owner has made use of it, or the definition needs what it imports.
    const used = withFile(text, short).replace("autoStart: true", "autoStart: ports.length > 0");
    expect(instead(used)).toContain("const ports = [80];");
    expect(instead(created())).toContain('import { defineHost } from "stowage";');
    expect(instead(withFile(text, `import "./setup.ts";\n${short}`))).toContain("/root/setup.ts");
    const half = withFile(text, short).replace(/^\/\/ End .*\n/m, "");
    expect(instead(half)).toContain("const ports = [80];");
  });

  test("is refused where names would be there twice, or a mark is missing", () => {
    expect(() => withFile(text, said)).toThrow("web.ts is not written so that this can be put into it");
    const unmarked = created().replace(/^\/\/ (Begin|End) .*\n/gm, "");
    expect(() => withFile(unmarked, said)).toThrow("web.ts is not written so that this can be put into it");
    const half = created().replace(/^\/\/ End .*\n/m, "");
    expect(() => withFile(half, said)).toThrow("web.ts is not written so that this can be put into it");
  });
});

describe("--set", () => {
  const inside = (body: string) => `export default {\n  containers: {\n    web: {${body}\n    },\n  },\n};\n`;
  const put = (before: string, ...settings: string[]) =>
    edited(before, "web.ts", web, { options: {}, settings: set(...settings) }).text;

  test("keeps all comments, wherever they stand", () => {
    const comments = ["// {a} }", "/* b, } */", "/* c\n  }, */", "", "\n"];
    const gap = fc
      .array(fc.constantFrom(...comments), { maxLength: 3 })
      .map((all) => all.map((one) => `${one}\n`).join(""));
    fc.assert(
      fc.property(gap, gap, gap, fc.boolean(), fc.constantFrom("", "autoStart: true"), (a, b, c, comma, property) => {
        const last = property === "" ? "" : `${property}${b}${comma ? "," : ""}`;
        const before = inside(`\n${a}${last} ${c}`);
        const after = put(before, "ephemeral=true", "config.packages=jq");
        const { comments: there, errors } = parseSync("web.ts", after);
        expect(errors).toStrictEqual([]);
        expect(there.map(({ value }) => value)).toStrictEqual(
          parseSync("web.ts", before).comments.map(({ value }) => value),
        );
      }),
    );
    expect(put(inside("\n      autoStart: true,\n      // last"), "ephemeral=true")).toBe(
      inside("\n      autoStart: true,\n      // last\n      ephemeral: true,"),
    );
    expect(put(inside(" config: { packages: [/* none */] }"), "config.packages=jq")).toContain('["jq"/* none */]');
  });

  test("numbers are those of elements of lists", () => {
    const one = put(text, "forwardPorts.0.hostPort=80");
    expect(one).toContain("forwardPorts: [{ hostPort: 80 }],");
    const two = put(one, "forwardPorts.0.hostPort=81", "forwardPorts.0.containerPort=8", "forwardPorts.1.hostPort=82");
    const { errors } = parseSync("web.ts", two);
    expect(errors).toStrictEqual([]);
    expect(two.replace(/\s+/g, " ")).toContain(
      "forwardPorts: [{ hostPort: 81, containerPort: 8, }, { hostPort: 82 }],",
    );
    expect(() => put(one, "forwardPorts.2.hostPort=1")).toThrow("the list has 1 elements so far");
    expect(() => put(text, "forwardPorts.1.hostPort=1")).toThrow("the list has 0 elements so far");
  });
});

test("lines are those of what was given, of the flag, or of the definition as it is on disk", () => {
  const config = expression('packages: ["jq"],\n  nonsense: 1', "--config");
  const changed = edited(text, "/made/web.ts", web, {
    options: { config },
    saidBy: { config: "--config" },
    settings: set("ephemeral=true"),
  });
  const at = (words: string) => {
    const lines = changed.text.split("\n");
    const line = lines.findIndex((one) => one.includes(words));
    return [line + 1, (lines[line] ?? "").indexOf(words) + 1] as const;
  };
  expect(changed.placeOf(...at("nonsense"))).toStrictEqual({ file: "--config", line: 2, column: 3 });
  expect(changed.placeOf(...at("ephemeral"))).toBe(null);
  expect(changed.flagOf(at("ephemeral")[0])).toBe("--set ephemeral");
  expect(changed.placeOf(...at("autoStart"))).toStrictEqual({ file: "/made/web.ts", line: 7, column: 7 });
  const end = changed.text.split("\n").length;
  expect(changed.placeOf(end, 1)).toStrictEqual({ file: "/made/web.ts", line: 14, column: 1 });
  const flake = edited(text, "web.ts", web, {
    options: { flake: "github:x/y" },
    saidBy: { flake: "--flake" },
    settings: [],
  });
  expect(flake.flagOf(10)).toBe("--flake");
  const single = edited(text, "web.ts", web, { options: { config: expression("a: 1", "--config") }, settings: [] });
  expect(single.placeOf(10, text.split("\n")[9]!.indexOf("packages") + 1)).toStrictEqual({
    file: "--config",
    line: 1,
    column: 3,
  });
});

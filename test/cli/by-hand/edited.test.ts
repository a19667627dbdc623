import { describe, expect, test } from "vitest";
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
  edited(text, "web.ts", web, { options, settings: set(...settings) });

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

  test("what a file says stands before it, by a name that is free", () => {
    const embedded = moduleText({ text: "export default { a: 1 };\n", shown: "x.ts", path: "/x.ts" });
    const options = { config: new Code(embedded.name, { file: "x.ts", line: 1 }) };
    const once = edited(text, "web.ts", web, { options, head: embedded.head, settings: [] });
    expect(once).toContain("const config2 = { a: 1 };\n\nexport default");
    expect(once).toContain("config: config2, // for now");
  });

  test("what is no literal is not touched", () => {
    const other = "const web = { a: 1 };\nexport default { containers: { web } };\n";
    const put = () => edited(other, "web.ts", web, { options: {}, settings: set("autoStart=true") });
    expect(put).toThrow("web.ts is not written so that this can be put into it");
    expect(() => edited("export default [", "web.ts", web, { options: {}, settings: set("autoStart=true") })).toThrow();
  });
});

/** What verbs print with --json is as docs/reference/json.md says. Scenarios hold what they print against the page, too. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { verbs } from "../../src/cli/verbs/index.ts";
import { jsonDifferences, readJsonPage, requireDocumented, unknownTypes } from "./json-page.ts";
import { container, World } from "./world.ts";

const page = readJsonPage();

describe("the page", () => {
  test("has every verb, and nothing else", () => {
    expect([...page.keys()].filter((name) => name !== "Shared").sort()).toEqual(Object.keys(verbs).sort());
  });

  test.each(Object.entries(verbs))("says of %s whether it takes --json", (name, { parameters }) => {
    const takesJson = "json" in (parameters.flags ?? {});
    expect(page.get(name)?.prints === "none").toBe(!takesJson);
  });

  test("names no type that is not there", () => {
    expect(unknownTypes(page)).toEqual([]);
  });
});

describe("a document is refused that", () => {
  const row = { check: "x", state: "ok", what: "y" };
  test.each<[string, unknown, string]>([
    ["lacks a field", [{ check: "x", state: "ok" }], "doctor[0].what is missing"],
    ["has one more", [{ ...row, more: 1 }], "doctor[0].more is not described"],
    ["has a value of another type", [{ ...row, what: 1 }], "doctor[0].what is not text"],
    ["has another word", [{ ...row, state: "bad" }], 'doctor[0].state is not "ok"'],
    ["is no list", row, "doctor is no list"],
    ["has null in it", [null], "doctor[0] is not finding"],
  ])("%s", (_, value, difference) => {
    expect(jsonDifferences(page, "doctor", JSON.stringify(value))).toEqual([difference]);
    expect(() => requireDocumented(["doctor", "--json"], JSON.stringify(value))).toThrow(difference);
    // Not what a container was told.
    requireDocumented(["run", "web", "--", "doctor", "--json"], JSON.stringify(value));
  });

  test("is of a verb that prints none", () => {
    expect(jsonDifferences(page, "run", "{}")).toEqual(["json.md says that run prints no document"]);
  });
});

/** Where the document of a verb is printed, other than in test/scenarios/usage/documents.test.ts. */
const printedIn: Readonly<Record<string, string>> = {
  check: "test/cli/json.test.ts",
  eval: "test/cli/json.test.ts",
  logs: "test/scenarios/life/logs.test.ts",
  "show-host-key": "test/scenarios/looking/looking.test.ts",
  create: "test/scenarios/by-hand/oci.test.ts",
  update: "test/scenarios/by-hand/update.test.ts",
  destroy: "test/scenarios/by-hand/life.test.ts",
};

test.each(Object.keys(verbs).filter((name) => "json" in (verbs[name as keyof typeof verbs].parameters.flags ?? {})))(
  "a test prints the document of %s",
  (name) => {
    const path = printedIn[name] ?? "test/scenarios/usage/documents.test.ts";
    const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8").replace(
      /\/\*[\s\S]*?\*\/|\/\/.*$/gm,
      "",
    );
    expect(text).toMatch(new RegExp(`[[( ]"${name}"[,\\]]`));
    expect(text).toContain('"--json"');
  },
);

/** Verbs that need no systemd, on a machine with one container. Of all others a scenario prints the document. */
describe("is printed as it says", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
    world.containers(container("web", { health: "web-health.service" }));
    writeFileSync(
      `${world.directory}/host.ts`,
      `export default { containers: { web: { path: "/srv/tree", forwardPorts: [{ hostPort: 8080, containerPort: 80 }],
        privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2" } } };`,
    );
  });
  afterEach(() => world.end());

  test.each([
    ["check"],
    ["eval"],
    ["eval", "containers.web.localAddress"],
    ["list"],
    ["status", "web"],
    ["status", "nobody"],
    ["generations"],
    ["options", "port"],
    ["explain", "containers.web.forwardPorts"],
    ["explain", "containers.web"],
    ["explain", "containers.<name>.autoStart"],
    ["compile"],
    ["build"],
    ["diff", "--config", "host.ts"],
    ["doctor"],
  ])("%j", async (...argv) => {
    const { out, err } = await world.run(...argv, "--json");
    expect(out, err).not.toBe("");
  });
});

/** How two generations differ. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileConfig, type Generation } from "../../src/compile/index.ts";
import { difference, isEqual, renderDifference } from "../../src/plan/diff/index.ts";
import { unifiedHunks } from "../../src/plan/diff/lines.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import type { LockedPackage } from "../../src/systems/recipe.ts";
import { someContainers } from "../compile/arbitrary.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";

type Containers = Readonly<Record<string, ShortContainer>>;
/** As it is read back. */
const stored = (generation: Generation): Generation => JSON.parse(JSON.stringify(generation)) as Generation;
const compiled = (containers: Containers): Generation =>
  stored(compileConfig(hostConfig(containers), lock, defaultLayout, undefined, "host-1"));

const between = (before: Containers, after: Containers) => difference(defaultLayout, compiled(before), compiled(after));
const rendered = (before: Containers, after: Containers, more: { text?: boolean; all?: boolean } = {}): string =>
  renderDifference(between(before, after), { names: ["generation 1", "generation 2"], ...more });

const link = { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };

describe("the difference", () => {
  test("is nothing for the same, and something for whatever is another", () => {
    fc.assert(
      fc.property(someContainers, someContainers, (a, b) => {
        const [before, after] = [compiled(a), compiled(b)];
        expect(isEqual(difference(defaultLayout, before, stored(before)))).toBe(true);
        expect(isEqual(difference(defaultLayout, before, after))).toBe(before.id === after.id);
      }),
      { numRuns: 40 },
    );
  });

  test("backwards has the same things, the other way round", () => {
    const turned = { added: "removed", removed: "added", changed: "changed" };
    fc.assert(
      fc.property(someContainers, someContainers, (a, b) => {
        const [there, back] = [between(a, b), between(b, a)];
        const changes = (one: typeof there) =>
          Object.entries(one.containers).map(([name, { change, packages, units, files }]) => [
            name,
            change,
            packages.length,
            units.map(({ unit, change }) => [unit, change]),
            files.map(({ path, change }) => [path, change]),
          ]);
        const turn = (value: unknown): unknown =>
          Array.isArray(value) ? value.map(turn) : (turned[value as keyof typeof turned] ?? value);
        expect(changes(back)).toEqual(turn(changes(there)));
      }),
      { numRuns: 20 },
    );
  });

  test("of settings is in the words of the options", () => {
    const { web } = between(
      {
        web: {
          ...link,
          forwardPorts: [{ hostPort: 1, containerPort: 80 }],
          bindMounts: { "/a": { hostPath: "/srv/a" }, "/b": {} },
          additionalCapabilities: ["CAP_SYS_NICE"],
        },
      },
      {
        web: {
          ...link,
          localAddress: "10.0.0.3",
          forwardPorts: [
            { hostPort: 1, containerPort: 81 },
            { hostPort: 2, protocol: "udp", containerPort: 53, interface: "eth0" },
          ],
          bindMounts: { "/a": { hostPath: "/srv/other" } },
          additionalCapabilities: ["CAP_SYS_TIME"],
        },
      },
    ).containers;
    expect(web?.change).toBe("changed");
    expect(web?.settings.map(({ name, from, to }) => [name, from, to])).toEqual([
      ["localAddress", "10.0.0.2", "10.0.0.3"],
      ['forwardPorts."1/tcp".containerPort', 80, 81],
      [
        'forwardPorts."2/udp eth0"',
        null,
        { protocol: "udp", hostPort: 2, containerPort: 53, hostAddress: null, interface: "eth0" },
      ],
      ["additionalCapabilities", "CAP_SYS_NICE", null],
      ["additionalCapabilities", null, "CAP_SYS_TIME"],
      ['bindMounts."/a".hostPath', "/srv/a", "/srv/other"],
      ['bindMounts."/b"', expect.objectContaining({ hostPath: "/b" }), null],
    ]);
  });

  test("of packages has versions, those first that were asked for", () => {
    const before = compiled({ web: { config: {} } });
    const after = compiled({ web: { config: { packages: ["nginx-light"] } } });
    const name = after.containers.web?.packages ?? "";
    const recipe = after.systems[name];
    if (recipe?.kind !== "debian") throw new Error("no packages");
    const extra = (at: number): LockedPackage => ({ ...recipe.layers[0]![0]!, name: `a${at}`, version: `${at}` });
    const layers = [...recipe.layers, Array.from({ length: 12 }, (_, at) => extra(at))];
    const more: Generation = { ...after, systems: { ...after.systems, [name]: { ...recipe, layers } } };
    const made = difference(defaultLayout, before, more);
    expect(made.containers.web?.packages.slice(0, 2)).toEqual([
      { name: "nginx-light", from: null, to: "1.1", requested: true },
      { name: "a0", from: null, to: "0", requested: false },
    ]);
    const names = ["a", "b"] as const;
    expect(renderDifference(made, { names })).toContain("    + a6 6\n    + a7 7\n    and 2 more\n");
    expect(renderDifference(made, { names, all: true })).not.toContain("more");
  });

  test("never has a password, or the text of a file that not everybody may read", () => {
    const of = (text: string): Generation => {
      const etc = {
        open: { text: `${text}\n` },
        secret: { text: `${text}-hush`, mode: "0640" },
        bytes: { text, mode: "0600" },
      };
      const made = compiled({ web: { config: { etc } } });
      const name = made.containers.web!.system!;
      const users = { app: { kind: "normal", uid: text.length, hashedPassword: `$y$${text}$hush` } };
      return {
        ...made,
        systems: { ...made.systems, [name]: { ...made.systems[name]!, accounts: { users, groups: {} } } as never },
      };
    };
    const found = difference(defaultLayout, of("one"), of("other"));
    const shown = renderDifference(found, { names: ["1", "2"], text: true });
    expect(shown).toContain("~ /etc/secret\n");
    expect(shown).toContain("container web: /etc/secret: not shown, as not everybody may read it");
    expect(shown).toContain("-one\n+other\n");
    expect(shown).toContain("~ user app\n        ~ hashedPassword\n        ~ uid: 3 → 5\n");
    expect(`${shown}${JSON.stringify(found)}`).not.toContain("hush");
  });

  test("of what everybody shares is no container's", () => {
    const port = { forwardPorts: [{ hostPort: 8080, containerPort: 80 }] };
    const { containers, shared } = between({ web: link, db: {} }, { web: { ...link, ...port }, db: {} });
    expect(Object.keys(containers)).toEqual(["web"]);
    expect(shared.units.map(({ unit, change }) => `${change} ${unit}`)).toContain("added stowage-nftables.service");
    expect(shared.files.map(({ path }) => path)).toContain("/etc/stowage/nftables.nft");
    expect(shared.files.map(({ path }) => path).filter((path) => path.includes("/web"))).toEqual([]);
  });

  test("of systems that are made anew of the same is still told", () => {
    const [before, after] = [compiled({ web: {} }), compiled({ web: {} })];
    const part = after.containers.web!;
    const [top, tree] = [after.systems[part.system!]!, after.systems[part.packages!]!];
    const remade = {
      ...after,
      containers: { web: { ...part, system: "new-web", packages: "new-tree" } },
      systems: { "new-tree": { ...tree, builder: 99 }, "new-web": { ...top, packages: "new-tree", builder: 98 } },
    } as Generation;
    expect(difference(defaultLayout, before, remade).containers.web?.inside.others).toEqual(["builder", "packages"]);
  });
});

describe("as text", () => {
  test("for people", async () => {
    const before: Containers = { web: { ...link, config: { etc: { file: { text: "a\nb\n" } } } }, gone: {}, same: {} };
    const after: Containers = {
      web: {
        ...link,
        autoStart: true,
        timeoutStartSec: "2min",
        dependsOn: ["same"],
        bindMounts: { "/data": { hostPath: "/srv/data" } },
        config: {
          packages: ["nginx-light"],
          etc: { file: { text: "a\nc\n" } },
          services: { app: { serviceConfig: { ExecStart: "/bin/true" }, wantedBy: ["multi-user.target"] } },
        },
      },
      new: { ...link, hostAddress: "10.1.0.1", localAddress: "10.1.0.2" },
      same: {},
    };
    // Names in the store change with every builder.
    const shown = rendered(before, after, { text: true }).replace(/\/[0-9a-z]{32}-/g, "/…-");
    await expect(shown).toMatchFileSnapshot("expected/diff.txt");
  });

  test("of long lines the words that differ, each command with its own", () => {
    const binds = (path: string) => ({ web: { bindMounts: { "/data": { hostPath: path } } } });
    const text = rendered(binds("/srv/one"), binds("/srv/other"));
    for (const line of text.split("\n")) expect(line.length).toBeLessThan(150);
    expect(text).toContain("- Service.ExecStart: … --bind-ro=/srv/one:/data …");
    expect(text).toContain("+ Service.ExecStart: … --bind-ro=/srv/other:/data …");
  });

  test("of the names in the store nothing: what is in them is told", () => {
    const text = rendered({ web: { config: {} } }, { web: { config: { packages: ["nginx-light"] } } });
    expect(text).toBe("~ container web\n  packages\n    + nginx-light 1.1\n");
  });
});

test("lines differ as diff(1) says it", () => {
  const directory = mkdtempSync(`${tmpdir()}/stowage-diff-`);
  const [a, b, patched] = ["a", "b", "patched"].map((name) => join(directory, name)) as [string, string, string];
  try {
    const text = fc
      .array(fc.constantFrom("a", "b", "c", "", "d e", "-", "@@"), { maxLength: 14 })
      .chain((lines) => fc.boolean().map((ends) => lines.join("\n") + (ends && lines.length > 0 ? "\n" : "")));
    fc.assert(
      fc.property(text, text, (from, to) => {
        const hunks = unifiedHunks(from, to);
        expect(hunks === "").toBe(from === to);
        if (from === to) return;
        writeFileSync(a, from);
        writeFileSync(b, `--- a\n+++ b\n${hunks}`);
        // What it says is what patch(1) makes of it.
        const { status, stdout } = spawnSync("patch", ["--silent", "-o", patched, a, b], { encoding: "utf8" });
        expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
        expect(readFileSync(patched, "utf8")).toBe(to);
      }),
      { numRuns: 60 },
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("texts of many lines that have little in common take no long time", () => {
  const lines = (start: number) => Array.from({ length: 50_000 }, (_, at) => `${start + at}\n`).join("");
  const from = performance.now();
  expect(unifiedHunks(lines(0), lines(1_000_000))).toContain("@@ -1,50000 +1,50000 @@\n");
  expect(performance.now() - from).toBeLessThan(5000);
});

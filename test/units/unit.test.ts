import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StowageError } from "../../src/error.ts";
import {
  compare,
  identical,
  linesOf,
  ownershipMark,
  parse,
  parseExec,
  render,
  type Unit,
  writtenUnit,
} from "../../src/units/index.ts";

const unit = (sections: Unit["sections"]): Unit => ({ name: "x.service", sections });

const value = fc
  .string({ unit: "grapheme", minLength: 1 })
  .map((text) => text.trim())
  .filter((text) => text !== "" && !text.endsWith("\\") && !/[\p{Cc}\p{Surrogate}]/u.test(text));
const key = fc.stringMatching(/^[A-Z][A-Za-z-]{0,8}$/);
const section = fc.dictionary(key, fc.oneof(value, fc.boolean(), fc.integer(), fc.array(value, { minLength: 1 })));
const anyUnit = fc.dictionary(key, section).map(unit);

/** A unit with every value as its lines, empty sections left out: what text can hold of it. */
const asLines = (from: Unit): unknown =>
  Object.fromEntries(
    Object.entries(from.sections)
      .filter(([, keys]) => Object.keys(keys).length > 0)
      .map(([name, keys]) => [name, Object.fromEntries(Object.entries(keys).map(([k, v]) => [k, linesOf(v)]))]),
  );

describe("render", () => {
  test("the ownership mark is the first line", () => {
    expect(render(unit({ Unit: { Description: "x" } })).split("\n")[0]).toBe(ownershipMark);
  });

  test("each kind of value", () => {
    const text = render(
      unit({
        Unit: { After: ["a.service", "b.service"] },
        Service: { RemainAfterExit: true, Delegate: false, RestartSec: 3, ExecStart: [{ exec: ["/bin/a", "b c"] }] },
        Empty: {},
      }),
    );
    expect(text).toBe(
      `${ownershipMark}\n[Unit]\nAfter=a.service\nAfter=b.service\n\n[Service]\nRemainAfterExit=yes\nDelegate=no\nRestartSec=3\nExecStart=/bin/a "b c"\n`,
    );
  });

  test("a line that systemd would not read is refused", () => {
    const of = (length: number) => () => render(unit({ Service: { ExecStart: "x".repeat(length) } }));
    expect(of(1024 * 1024 - 12)).not.toThrow();
    expect(of(1024 * 1024 - 11)).toThrow("too long for systemd");
  });

  test("parse(render(u)) is u", () => {
    fc.assert(fc.property(anyUnit, (u) => void expect(asLines(parse(u.name, render(u)))).toEqual(asLines(u))));
  });

  test.each([
    { Service: { Type: "simple\nExecStart=/bin/evil" } },
    { Service: { Type: "ends\\" } },
    { Service: { "Bad Key": "x" } },
    { "Bad]": { Type: "x" } },
  ])("%j is refused", (sections) => {
    expect(() => render(unit(sections))).toThrow(StowageError);
  });
});

describe("parse", () => {
  test("comments, continued lines, repeated sections", () => {
    const text =
      "# c\n; c\n[Unit]\nDescription=a\n[Service]\nExecStart=/bin/a \\\n# inside\n  b\nExecStart=\n[Unit]\nAfter = x\njunk\n";
    expect(parse("x.service", text).sections).toEqual({
      Unit: { Description: "a", After: "x" },
      Service: { ExecStart: ["/bin/a  b", ""] },
    });
  });

  test("command lines with quotes and escapes as people write them", () => {
    expect(parseExec(`-/bin/a 'b c' "d \\"e" f\\x41 \\u00e9 $X 5%%`)).toEqual({
      exec: ["/bin/a", "b c", 'd "e', "fA", "é", "$X", "5%"],
      prefixes: "-",
      ignoreFailure: true,
    });
  });
});

describe("compare", () => {
  const base = unit({
    Unit: { Description: "a", After: "a.service b.service", "X-Restart-Triggers": "1" },
    Service: { ExecStart: "/bin/a", Environment: ["A=1", "A=2"] },
  });
  const withUnit = (more: Unit["sections"][string]) =>
    unit({ ...base.sections, Unit: { ...base.sections.Unit, ...more } });

  test.each<[string, Unit]>([
    ["Description", withUnit({ Description: "b" })],
    ["[Install]", unit({ ...base.sections, Install: { WantedBy: "multi-user.target" } })],
    ["an X- section", unit({ ...base.sections, "X-Note": { A: "b" } })],
    ["an X- key", withUnit({ "X-Note": "b" })],
    ["order of sections", unit({ Service: base.sections.Service ?? {}, Unit: base.sections.Unit ?? {} })],
    ["how it is reloaded", unit({ ...base.sections, Service: { ...base.sections.Service, ExecReload: "/bin/r" } })],
    ["how a set of units is spread", withUnit({ After: ["b.service", "a.service"] })],
  ])("%s makes no difference", (_, other) => {
    expect(compare(base, other)).toBe("equal");
  });

  test.each<[string, Unit, string]>([
    [
      "a value",
      unit({ ...base.sections, Service: { ...base.sections.Service, ExecStart: "/bin/b" } }),
      "Service.ExecStart",
    ],
    ["a new key", unit({ ...base.sections, Service: { ...base.sections.Service, Nice: 5 } }), "Service.Nice"],
    ["an unknown section", unit({ ...base.sections, Other: { Key: "x" } }), "Other.Key"],
    [
      "order where it counts",
      unit({ ...base.sections, Service: { ExecStart: "/bin/a", Environment: ["A=2", "A=1"] } }),
      "Service.Environment",
    ],
    ["restart triggers", withUnit({ "X-Restart-Triggers": "2" }), "Unit.X-Restart-Triggers"],
    ["another unit in After=", withUnit({ After: "a.service" }), "Unit.After"],
  ])("%s makes one", (_, other, changed) => {
    expect(compare(base, other)).toEqual({ changed: [changed] });
    expect(compare(other, base)).toEqual({ changed: [changed] });
  });

  test("a unit equals what is read back of its text", () => {
    fc.assert(fc.property(anyUnit, (u) => void expect(compare(u, parse(u.name, render(u)))).toBe("equal")));
  });
});

describe("identical", () => {
  const written = (json: string, made: string[] = []) =>
    writtenUnit(
      "x.service",
      () => "",
      () => json,
      (text) => {
        made.push(text);
        return JSON.parse(text) as Unit["sections"];
      },
    );
  const stored = unit({ Service: { ExecStart: ["/bin/a", "/bin/b"], Nice: 5 } });

  test("the value of a unit of the same JSON is not made", () => {
    const made: string[] = [];
    const next = written(JSON.stringify(stored.sections), made);
    expect(identical(stored, next)).toBe(true);
    expect(compare(stored, next)).toBe("equal");
    expect(made).toEqual([]);
  });

  test("keys in another order are the same values, another value is not", () => {
    expect(identical(stored, written('{"Service":{"Nice":5,"ExecStart":["/bin/a","/bin/b"]}}'))).toBe(true);
    expect(identical(stored, written('{"Service":{"ExecStart":["/bin/a","/bin/b"],"Nice":6}}'))).toBe(false);
    expect(compare(stored, written('{"Service":{"ExecStart":["/bin/a","/bin/b"],"Nice":6}}'))).toEqual({
      changed: ["Service.Nice"],
    });
  });
});

/** What each type takes and refuses, and how it merges. */
import { describe, expect, test } from "vitest";
import { evalModules, mkOption, type OptionType, types } from "../../src/modules/index.ts";

const values: Readonly<Record<string, readonly [type: OptionType, good: readonly unknown[], bad: readonly unknown[]]>> =
  {
    str: [types.str, ["", "a", "a\nb"], [1, null, true, ["a"], {}]],
    nonEmptyStr: [types.nonEmptyStr, ["a", " a "], ["", "  ", "\n", 1]],
    singleLineStr: [types.singleLineStr, ["", "a b"], ["a\nb", "a\r", 5]],
    strMatching: [types.strMatching(/[a-c]+/), ["a", "abc"], ["", "abd", "xabc", "abc\n", 1]],
    "strMatching with anchors": [types.strMatching(/^a$|^b$/), ["a", "b"], ["ab", "a\nb"]],
    "strMatching with flags": [types.strMatching(/ab/gi), ["ab", "AB"], ["abab"]],
    lines: [types.lines, ["", "a\nb"], [1, null]],
    bool: [types.bool, [true, false], [0, 1, "true", null]],
    int: [types.int, [0, -5, 2 ** 53 - 1], [1.5, "1", Number.NaN, Infinity, 2 ** 53, null]],
    number: [types.number, [0, 1.5, -2], [Number.NaN, Infinity, "1"]],
    "ints.between": [types.ints.between(2, 4), [2, 3, 4], [1, 5, 2.5]],
    "ints.unsigned": [types.ints.unsigned, [0, 7], [-1, 0.5]],
    "ints.positive": [types.ints.positive, [1], [0, -1]],
    "ints.u8": [types.ints.u8, [0, 255], [-1, 256]],
    "ints.u16": [types.ints.u16, [65535], [65536]],
    "ints.u32": [types.ints.u32, [4294967295], [4294967296]],
    "ints.s8": [types.ints.s8, [-128, 127], [-129, 128]],
    "ints.s16": [types.ints.s16, [-32768, 32767], [-32769, 32768]],
    "ints.s32": [types.ints.s32, [-2147483648, 2147483647], [2147483648]],
    port: [types.port, [0, 80, 65535], [-1, 65536, "80"]],
    path: [types.path, ["/", "/a b"], ["a", "./a", "", "/a\n", "/a\u0000", 1]],
    enum: [types.enum("a", "b", 3, null), ["a", 3, null], ["c", "3", undefined]],
    "enum of a list": [types.enum(["a", "b"]), ["a"], ["c"]],
    nullOr: [types.nullOr(types.int), [null, 1], ["a", false]],
    listOf: [types.listOf(types.int), [[], [1, 2]], [1, "a", {}, ["a"], [[1]]]],
    nonEmptyListOf: [types.nonEmptyListOf(types.int), [[1]], [[], ["a"]]],
    attrsOf: [types.attrsOf(types.int), [{}, { a: 1 }], [[], 1, null, { a: "b" }, new Map()]],
    either: [types.either(types.int, types.bool), [1, true], ["a", null]],
    oneOf: [types.oneOf(types.int, types.bool, types.str), [1, true, "a"], [null, []]],
    "oneOf of a list": [types.oneOf([types.int, types.bool]), [1, true], ["a"]],
    coercedTo: [types.coercedTo(types.int, (n) => `${n}`, types.str), ["a", 5], [true, null]],
    "coercedTo a wrong value": [types.coercedTo(types.str, (s) => Number(s), types.port), [80, "80"], ["x", "70000"]],
    addCheck: [types.addCheck(types.int, (n) => n % 2 === 0), [2], [3, "a"]],
    raw: [types.raw, [null, 1, new Map()], []],
    anything: [types.anything, [null, 1, "a", [1, { a: 2 }], { a: { b: [] } }], []],
    ipv4Address: [
      types.ipv4Address,
      ["10.0.0.1", "0.0.0.0"],
      ["10.0.0", "010.1.1.1", "256.1.1.1", "10.0.0.1/24", "::1", " 10.0.0.1"],
    ],
    ipv6Address: [
      types.ipv6Address,
      ["::1", "fd00::1", "::ffff:1.2.3.4"],
      ["10.0.0.1", "fe80::1%eth0", "1::2::3", "::1/64", "g::"],
    ],
    ipAddress: [types.ipAddress, ["::1", "10.0.0.1"], ["x", ""]],
    ipv4Cidr: [
      types.ipv4Cidr,
      ["10.0.0.1/24", "0.0.0.0/0", "1.2.3.4/32"],
      ["10.0.0.1", "10.0.0.1/33", "10.0.0.1/024", "10.0.0.1/", "::/0"],
    ],
    ipv6Cidr: [types.ipv6Cidr, ["fd00::1/64", "::/0"], ["fd00::1", "fd00::1/129", "10.0.0.1/8"]],
    cidr: [types.cidr, ["10.0.0.1/8", "::/128"], ["10.0.0.1", "10.0.0.1/40"]],
    mac: [
      types.mac,
      ["02:00:00:aa:BB:0c", "DE:B7:73:01:10:90"],
      ["02:00:00:aa:BB", "02-00-00-aa-bb-cc", "02:00:00:aa:bb:gg", "01:00:5e:00:00:01", "00:00:00:00:00:00"],
    ],
    interfaceName: [
      types.interfaceName,
      ["eth0", "ve-web", "a.100", "all0", "defaults"],
      ["", ".", "..", "-a", "a b", "a/b", "sixteencharacter", "a:b", "all", "default"],
    ],
    hostName: [types.hostName, ["web", "a.example", "A1"], ["", "-a", "a-", "a_b", "a..b", "a".repeat(64)]],
    capability: [types.capability, ["CAP_NET_ADMIN"], ["NET_ADMIN", "cap_net_admin", "CAP_", "CAP_A B"]],
    timeSpan: [
      types.timeSpan,
      ["90", "5min 20s", "1.5h", "infinity", "100ms", "1d12h"],
      ["", "5 apples", "-1", "5min;", "1s\n"],
    ],
    size: [types.size, ["512M", "1.5G", "50%", "infinity", "1024"], ["512MB", "", "-1", "M", "5 G"]],
    portMapping: [
      types.portMapping,
      ["80", "8080:80", "127.0.0.1:53:53/udp", "[::1]:80:80", "1000-1010:1000-1010"],
      ["0:80", "70000:80", "a:80", "80/icmp", "300.1.1.1:80:80", "10-5:1-6", "80:80 "],
    ],
    imageReference: [
      types.imageReference,
      ["nginx", "docker.io/library/nginx:1.27", "localhost:5000/a/b", `x@sha256:${"0".repeat(64)}`],
      ["Nginx", "nginx:", "-x", "a b", "nginx:1 ", "http://x/y", ""],
    ],
    environmentName: [types.environmentName, ["A", "_a1"], ["1A", "A-B", "", "A=B"]],
    environmentValue: [types.environmentValue, ["", "a b=c\n\td", "ä"], ["a\u0000", "\u001b[1m", "\r"]],
    userName: [types.userName, ["root", "_apt", "www-data"], ["Root", "1a", "", "a b", "a".repeat(32)]],
    fileMode: [types.fileMode, ["0644", "755"], ["644 ", "0888", "64", "00644", 644]],
    line: [types.line, ["", "a b"], ["a\nb", "\u007f"]],
    packageName: [
      types.packageName,
      ["nginx-light", "g++", "libc6"],
      ["Nginx", "a", "-x", "a b", "a;b", "nginx/trixie"],
    ],
    unitName: [
      types.unitName,
      ["web.service", "getty@tty1.service", "a.timer"],
      ["web", ".service", "a b.service", "a/b.mount", "x.servic"],
    ],
    secretReference: [types.secretReference, ["/run/secrets/x"], ["hunter2", "", "/a\n"]],
    submodule: [
      types.submodule({ options: { x: mkOption({ type: types.int, default: 1 }) } }),
      [{}, { x: 2 }, () => ({ x: 3 })],
      [1, null, [], { y: 1 }, { x: "a" }],
    ],
  };

const problemsWith = (type: OptionType, ...definitions: unknown[]) => {
  const modules = [{ options: { x: mkOption({ type }) } }, ...definitions.map((x) => ({ x }))];
  return evalModules({ modules }).issues;
};

describe.each(Object.entries(values))("%s", (_name, [type, good, bad]) => {
  test.each(good.map((value) => [value]))("takes %j", (value) => {
    expect(problemsWith(type, value)).toEqual([]);
  });
  test.each(bad.filter((value) => value !== undefined).map((value) => [value]))("refuses %j", (value) => {
    expect(problemsWith(type, value)).toHaveLength(1);
  });
  test("says what it is", () => {
    expect(type.description).not.toBe("");
    expect(type.schema()).toBeTypeOf("object");
  });
});

const merged = (type: OptionType, ...definitions: unknown[]) => {
  const modules = [{ options: { x: mkOption({ type }) } }, ...definitions.map((x) => ({ x }))];
  const { config, issues } = evalModules({ modules }) as unknown as { config: { x: unknown }; issues: unknown[] };
  return issues.length > 0 ? "conflict" : config.x;
};

describe("merging", () => {
  test.each<[string, OptionType, unknown[], unknown]>([
    ["equal strings", types.str, ["a", "a"], "a"],
    ["different strings", types.str, ["a", "b"], "conflict"],
    ["lists", types.listOf(types.int), [[1], [2]], [1, 2]],
    ["attributes", types.attrsOf(types.int), [{ a: 1 }, { b: 2 }], { a: 1, b: 2 }],
    ["attributes that differ", types.attrsOf(types.int), [{ a: 1 }, { a: 2 }], "conflict"],
    ["attributes of lists", types.attrsOf(types.listOf(types.int)), [{ a: [1] }, { a: [2] }], { a: [1, 2] }],
    ["uniq", types.uniq(types.int), [1, 1], "conflict"],
    ["uniq with one", types.uniq(types.int), [1], 1],
    ["unique", types.unique({ message: "no" }, types.listOf(types.int)), [[1], [2]], "conflict"],
    ["either of one kind", types.either(types.int, types.listOf(types.int)), [[1], [2]], [1, 2]],
    ["either of two kinds", types.either(types.int, types.listOf(types.int)), [1, [2]], "conflict"],
    ["coerced and not", types.coercedTo(types.int, (n) => [n], types.listOf(types.int)), [1, [2]], [1, 2]],
    [
      "anything: objects",
      types.anything,
      [
        { a: 1, c: { d: 1 } },
        { b: 2, c: { e: 2 } },
      ],
      { a: 1, b: 2, c: { d: 1, e: 2 } },
    ],
    ["anything: equal lists", types.anything, [[1], [1]], [1]],
    ["anything: different lists", types.anything, [[1], [2]], "conflict"],
    ["unspecified: lists", types.unspecified, [[1], [2]], [1, 2]],
    ["anything: two kinds", types.anything, [1, "a"], "conflict"],
    ["raw", types.raw, [1, 1], "conflict"],
    ["nothing of a list", types.listOf(types.int), [], []],
    ["nothing of attributes", types.attrsOf(types.int), [], {}],
    ["nothing of nullOr", types.nullOr(types.int), [], null],
  ])("%s", (_name, type, definitions, expected) => {
    expect(merged(type, ...definitions)).toEqual(expected);
  });

  test("functions: the results are merged", () => {
    const type = types.functionTo(types.listOf(types.int));
    const value = merged(
      type,
      (n: number) => [n],
      (n: number) => [n + 1],
    ) as (n: number) => unknown;
    expect(value(4)).toEqual([4, 5]);
  });

  test("deferred modules: imported where they are used", () => {
    const value = merged(types.deferredModule, { a: 1 }, { b: 2 }) as object;
    const options = { a: mkOption({ type: types.int }), b: mkOption({ type: types.int }) };
    expect(evalModules({ modules: [{ options }, value] }).config).toEqual({ a: 1, b: 2 });
  });

  test("a coerced value sees what it is turned into", () => {
    expect(
      merged(
        types.coercedTo(types.str, (s) => s.split(","), types.listOf(types.str)),
        "a,b",
      ),
    ).toEqual(["a", "b"]);
  });
});

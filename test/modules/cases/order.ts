import { mkAfter, mkBefore, mkForce, mkIf, mkMerge, mkOption, mkOrder, types } from "../../../src/modules/index.ts";
import { type Case, strings } from "../case.ts";

const l = { options: { l: strings() } };
const text = { options: { t: mkOption({ type: types.lines, default: "" }) } };
const nested = { options: { a: mkOption({ type: types.attrsOf(types.listOf(types.str)), default: {} }) } };

export const cases: readonly Case[] = [
  ["lists follow the order of the modules", [l, { l: ["a"] }, { l: ["b"] }, { l: ["c"] }], { l: ["a", "b", "c"] }],
  ["mkAfter comes last", [l, { l: mkAfter(["a"]) }, { l: ["b"] }], { l: ["b", "a"] }],
  ["mkBefore comes first", [l, { l: ["a"] }, { l: mkBefore(["b"]) }], { l: ["b", "a"] }],
  [
    "mkOrder sorts by number",
    [l, { l: mkOrder(3, ["c"]) }, { l: mkOrder(1, ["a"]) }, { l: mkOrder(2, ["b"]) }],
    { l: ["a", "b", "c"] },
  ],
  [
    "plain definitions stand at 1000",
    [l, { l: mkOrder(1001, ["c"]) }, { l: ["b"] }, { l: mkOrder(999, ["a"]) }],
    { l: ["a", "b", "c"] },
  ],
  ["equal orders keep the order of the modules", [l, { l: mkAfter(["a"]) }, { l: mkAfter(["b"]) }], { l: ["a", "b"] }],
  ["order within one module", [l, { l: mkMerge([mkAfter(["a"]), mkBefore(["b"]), ["c"]]) }], { l: ["b", "c", "a"] }],
  ["text is joined line by line", [text, { t: "a" }, { t: "b" }], { t: "a\nb" }],
  ["text in order", [text, { t: "a" }, { t: mkBefore("b") }], { t: "b\na" }],
  ["order in a mkForce", [l, { l: mkForce(mkAfter(["a"])) }, { l: mkForce(["b"]) }, { l: ["c"] }], { l: ["b", "a"] }],
  [
    "a mkForce in an order",
    [l, { l: mkAfter(mkForce(["a"])) }, { l: mkForce(["b"]) }, { l: ["c"] }],
    { l: ["b", "a"] },
  ],
  ["order in a mkIf", [l, { l: mkIf(true, mkAfter(["a"])) }, { l: ["b"] }], { l: ["b", "a"] }],
  ["order around a group", [l, mkAfter({ l: ["a"] }), { l: ["b"] }], { l: ["b", "a"] }],
  ["order of one attribute", [nested, { a: { x: mkAfter(["1"]) } }, { a: { x: ["2"] } }], { a: { x: ["2", "1"] } }],
  ["what is imported comes before", [l, { imports: [{ l: ["b"] }], config: { l: ["a"] } }], { l: ["b", "a"] }],
  ["imports in their order", [l, { imports: [{ l: ["a"] }, { l: ["b"] }] }], { l: ["a", "b"] }],
  ["imports before what stands later", [l, { imports: [{ l: ["a"] }] }, { l: ["b"] }], { l: ["a", "b"] }],
  ["commas", [{ options: { s: mkOption({ type: types.commas }) } }, { s: "a" }, { s: "b" }], { s: "a,b" }],
  [
    "separatedString",
    [{ options: { s: mkOption({ type: types.separatedString(" ") }) } }, { s: "a" }, { s: "b" }],
    { s: "a b" },
  ],
];

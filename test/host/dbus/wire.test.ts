import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { marshal } from "../../../src/host/dbus/marshal.ts";
import { decode, encode, type Message, sizeOf } from "../../../src/host/dbus/message.ts";
import { parseOne, parseSignature, WireError } from "../../../src/host/dbus/signature.ts";
import { unmarshal } from "../../../src/host/dbus/unmarshal.ts";
import type { Value } from "../../../src/host/dbus/values.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string) => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

/** By hand, after the specification: little-endian, each value at a multiple of its alignment. */
const golden: readonly [signature: string, values: Value[], bytes: string][] = [
  ["y", [7], "07"],
  ["b", [true], "01000000"],
  ["n", [-2], "feff"],
  ["q", [0x1234], "3412"],
  ["i", [-3], "fdffffff"],
  ["u", [0xdeadbeef], "efbeadde"],
  ["x", [-1n], "ffffffffffffffff"],
  ["t", [0x0102030405060708n], "0807060504030201"],
  ["d", [1.5], "000000000000f83f"],
  ["s", ["foo"], "03000000 666f6f 00"],
  ["s", ["ü"], "02000000 c3bc 00"],
  ["o", ["/a/b"], "04000000 2f612f62 00"],
  ["g", ["a(ii)"], "05 6128696929 00"],
  ["v", [{ signature: "u", value: 5 }], "01 75 00 00 05000000"],
  ["yu", [1, 2], "01 000000 02000000"],
  ["ay", [new Uint8Array([1, 2, 3])], "03000000 010203"],
  ["as", [["a", "bc"]], "0f000000 01000000 6100 0000 02000000 626300"],
  // The padding before the first element is not of the array's length.
  ["at", [[1n]], "08000000 00000000 0100000000000000"],
  ["at", [[]], "00000000 00000000"],
  ["a{sv}", [[["k", { signature: "y", value: 9 }]]], "0a000000 00000000 01000000 6b00 01 79 00 09"],
  ["(yt)", [[1, 2n]], "01 00000000000000 0200000000000000"],
];

describe("values", () => {
  test.each(golden)("%s", (signature, values, bytes) => {
    expect(hex(marshal(signature, values))).toBe(hex(bytesOf(bytes)));
    expect(unmarshal(signature, bytesOf(bytes))).toEqual(values);
  });

  test("of the other byte order", () => {
    expect(unmarshal("uqs", bytesOf("00000001 0002 0000 00000001 61 00"), false)).toEqual([1, 2, "a"]);
  });

  test.each<[string, Value[]]>([
    ["y", [256]],
    ["n", [-40000]],
    ["u", [-1]],
    ["i", [1.5]],
    ["x", [1n << 63n]],
    ["t", [-1n]],
    ["t", [1]],
    ["b", [1]],
    ["s", [5]],
    ["s", ["a\0b"]],
    ["s", ["\ud800"]],
    ["o", ["no/slash"]],
    ["o", ["/a/"]],
    ["g", ["("]],
    ["v", ["bare"]],
    ["v", [{ signature: "uu", value: 5 }]],
    ["as", ["text"]],
    ["(ss)", [["one"]]],
    ["ss", ["one"]],
  ])("what does not fit is not written: %s", (signature, values) => {
    expect(() => marshal(signature, values)).toThrow(WireError);
  });

  test.each([
    ["cut short", "u", "0102"],
    ["too long", "y", "0102"],
    ["padding that is not zero", "yu", "01 000001 02000000"],
    ["a boolean of 2", "b", "02000000"],
    ["a text without its end", "s", "01000000 61 62"],
    ["a text beyond the end", "s", "ffffffff 61 00"],
    ["a text with NUL", "s", "02000000 6100 00"],
    ["a text that is not UTF-8", "s", "01000000 ff 00"],
    ["half a surrogate", "s", "03000000 eda080 00"],
    ["a path that is none", "o", "01000000 61 00"],
    ["an array beyond the end", "ay", "05000000 01"],
    ["an array longer than any may be", "ay", "01000004"],
    ["an array that ends within an element", "au", "05000000 01000000 02000000"],
    ["a variant of two types", "v", "02 7575 00 01000000 01000000"],
    ["a variant without a type", "v", "00 00"],
    ["a signature that is none", "g", "01 28 00"],
  ])("what breaks the format is not read: %s", (_, signature, bytes) => {
    expect(() => unmarshal(signature, bytesOf(bytes))).toThrow(WireError);
  });

  test("variants in variants have an end", () => {
    const nested = (depth: number): Value =>
      depth === 0 ? { signature: "y", value: 1 } : { signature: "v", value: nested(depth - 1) };
    expect(unmarshal("v", marshal("v", [nested(60)]))).toEqual([nested(60)]);
    expect(() => marshal("v", [nested(80)])).toThrow("a value too deep");
    // As it would be sent: "v" again and again.
    expect(() => unmarshal("v", Buffer.from("017600".repeat(1000), "hex"))).toThrow("a value too deep");
  });
});

describe("signatures", () => {
  test("complete types", () => {
    expect(parseSignature("a{s(iv)}u").map(({ code }) => code)).toEqual(["a", "u"]);
    expect(parseOne("aas").of[0]?.of[0]?.code).toBe("s");
  });
  test.each(["a", "(", "(s", "()", ")", "{sv}", "a{vs}", "a{s}", "a{sss}", "z", "a{(s)s}", "s ", `${"a".repeat(33)}y`])(
    "not one: %s",
    (text) => {
      expect(() => parseSignature(text)).toThrow(WireError);
    },
  );
  test("at most 255 characters, and 32 structs one in the other", () => {
    expect(() => parseSignature("y".repeat(256))).toThrow(WireError);
    expect(parseSignature(`${"(".repeat(32)}y${")".repeat(32)}`)).toHaveLength(1);
    expect(() => parseSignature(`${"(".repeat(33)}y${")".repeat(33)}`)).toThrow(WireError);
  });
});

/** A type and a value of it, as text and as JavaScript. */
interface Typed {
  readonly signature: string;
  readonly value: Value;
}

const integers = (signature: string, low: number, high: number) =>
  fc.integer({ min: low, max: high }).map((value): Typed => ({ signature, value }));
const texts = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", ""));
const basic = fc.oneof(
  integers("y", 0, 0xff),
  integers("n", -0x8000, 0x7fff),
  integers("q", 0, 0xffff),
  integers("i", -0x80000000, 0x7fffffff),
  integers("u", 0, 0xffffffff),
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map((value): Typed => ({ signature: "x", value })),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((value): Typed => ({ signature: "t", value })),
  fc.double({ noNaN: true }).map((value): Typed => ({ signature: "d", value })),
  fc.boolean().map((value): Typed => ({ signature: "b", value })),
  texts.map((value): Typed => ({ signature: "s", value })),
  fc.constantFrom("/", "/a", "/org/x_1/Y").map((value): Typed => ({ signature: "o", value })),
);
const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    basic,
    fc.uint8Array().map((value): Typed => ({ signature: "ay", value: new Uint8Array(value) })),
    fc.array(texts).map((value): Typed => ({ signature: "as", value })),
    tie("typed").map((held): Typed => ({ signature: "v", value: held as unknown as Value })),
    // Several of one type: the same value again and again.
    fc
      .tuple(tie("typed"), fc.nat(3))
      .map(
        ([{ signature, value }, count]): Typed =>
          signature === "y"
            ? { signature: "aq", value: [] }
            : { signature: `a${signature}`, value: Array.from({ length: count }, () => value) },
      ),
    fc.array(tie("typed"), { minLength: 1, maxLength: 4 }).map(
      (held): Typed => ({
        signature: `(${held.map(({ signature }) => signature).join("")})`,
        value: held.map(({ value }) => value),
      }),
    ),
    fc.tuple(basic, tie("typed")).map(
      ([key, { signature, value }]): Typed => ({
        signature: `a{${key.signature}${signature}}`,
        value: [[key.value, value]],
      }),
    ),
  ),
}));

/** Not too long, and not too deep. */
const fits = ({ signature }: Typed): boolean => {
  try {
    return parseOne(signature) !== undefined;
  } catch {
    return false;
  }
};

describe("properties", () => {
  const message = (one: Typed): Message => ({
    type: "signal",
    serial: 7,
    path: "/a",
    interface: "a.b",
    member: "C",
    signature: one.signature,
    body: [one.value],
  });

  test("what is written is read, as it was", () => {
    fc.assert(
      fc.property(typed.filter(fits), (one) => {
        expect(unmarshal(one.signature, marshal(one.signature, [one.value]))).toEqual([one.value]);
        const bytes = encode(message(one));
        expect(sizeOf(bytes)).toBe(bytes.length);
        expect(decode(bytes)).toEqual(message(one));
      }),
      { numRuns: 500 },
    );
  });

  test("cut short anywhere, it is refused", () => {
    fc.assert(
      fc.property(typed.filter(fits), fc.nat(), (one, at) => {
        const bytes = encode(message(one));
        const cut = bytes.subarray(0, at % bytes.length);
        expect(() => decode(cut)).toThrow(WireError);
        expect(sizeOf(cut) ?? bytes.length).toBe(bytes.length);
      }),
      { numRuns: 500 },
    );
  });

  test("whatever comes: a message or a WireError, and soon", () => {
    fc.assert(
      fc.property(typed.filter(fits), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), (one, changes) => {
        const bytes = Buffer.from(encode(message(one)));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        refusedOrRead(() => decode(bytes));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("v", "as", "a{sv}", "av", "aav"),
        (bytes, signature) => {
          refusedOrRead(() => unmarshal(signature, bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function refusedOrRead(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

describe("messages", () => {
  /** The call Hello, as every program on a bus sends it first. */
  const hello = bytesOf(`
    6c 01 00 01 00000000 01000000 6d000000
    01 01 6f 00 15000000 2f6f72672f667265656465736b746f702f44427573 00 0000
    02 01 73 00 14000000 6f72672e667265656465736b746f702e44427573 00 000000
    03 01 73 00 05000000 48656c6c6f 00 0000
    06 01 73 00 14000000 6f72672e667265656465736b746f702e44427573 00 000000`);
  const call: Message = {
    type: "method-call",
    serial: 1,
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member: "Hello",
    destination: "org.freedesktop.DBus",
    signature: "",
    body: [],
  };

  test("golden", () => {
    expect(hex(encode(call))).toBe(hex(hello));
    expect(decode(hello)).toEqual(call);
  });

  test("one of a kind to come is told as such", () => {
    const bytes = Buffer.from(hello);
    bytes[1] = 9;
    expect(decode(bytes).type).toBe("other");
  });

  test.each<[string, number, number]>([
    ["another protocol", 3, 2],
    ["no byte order", 0, 0x41],
    ["no serial", 8, 0],
    ["a body that is not there", 4, 1],
    ["a path that is a text", 18, 0x73],
  ])("refused: %s", (_, at, byte) => {
    const bytes = Buffer.from(hello);
    bytes[at] = byte;
    expect(() => decode(bytes)).toThrow(WireError);
  });

  test("a length that no message has is refused before anything is kept for it", () => {
    const bytes = Buffer.from(hello);
    bytes.writeUInt32LE(0x7fffffff, 4);
    expect(() => sizeOf(bytes.subarray(0, 16))).toThrow(WireError);
    bytes.writeUInt32LE(0, 4);
    bytes.writeUInt32LE(0xfffffff0, 12);
    expect(() => sizeOf(bytes.subarray(0, 16))).toThrow(WireError);
    expect(sizeOf(hello.subarray(0, 15))).toBeNull();
  });

  test("a kind without what it must have", () => {
    for (const key of ["path", "member"] as const) {
      expect(() => decode(encode({ ...call, [key]: undefined } as unknown as Message))).toThrow(
        `a method-call without ${key}`,
      );
    }
  });

  test("the body of what nobody wants is not looked at", () => {
    const bytes = Buffer.from(encode({ ...call, signature: "b", body: [true] }));
    bytes[bytes.length - 4] = 2;
    expect(() => decode(bytes)).toThrow(WireError);
    expect(decode(bytes, () => false).body).toEqual([]);
  });
});

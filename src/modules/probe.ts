/**
 * The unknown: what a module reads where a value is not known yet. It answers everything with itself, is truthy, empty
 * when iterated, NaN as a number and a mark as a text, so that a module runs through and shows what it defines.
 */
const mark = "\u0000unknown\u0000";

// A loop such as `while (config.next)` would never end on a value that is always truthy.
const fuelAtStart = 100_000;
let fuel = fuelAtStart;

/** Called before a module runs. */
export function refuel(): void {
  fuel = fuelAtStart;
}

const handler: ProxyHandler<() => void> = {
  get(_target, property) {
    if (--fuel < 0) throw new Error("the module reads a value that is not known yet again and again");
    if (property === Symbol.toPrimitive) return (hint: string) => (hint === "number" ? Number.NaN : mark);
    if (property === Symbol.iterator) return () => [][Symbol.iterator]();
    // `then`: an `await` would wait for ever.
    return typeof property === "symbol" || property === "then" ? undefined : unknownValue;
  },
  apply: () => unknownValue,
  has: () => true,
  ownKeys: () => [],
  getOwnPropertyDescriptor: () => undefined,
  set: () => true,
};

// biome-ignore lint/suspicious/noExplicitAny: it stands for a value of any type
export const unknownValue: any = new Proxy(() => {}, handler);

let probing = 0;

/** Calls a module to see what it would define; whatever it reads meanwhile, through old handles too, is unknown. */
export function probe<T>(call: () => T): T {
  refuel();
  probing++;
  try {
    return call();
  } finally {
    probing--;
  }
}

export const isProbing = (): boolean => probing > 0;

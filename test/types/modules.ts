/**
 * What the compiler must accept and refuse in a configuration. Nothing here runs: it is checked by tsc, of TypeScript 7
 * and of 6.0.
 */
import {
  type ConfigFrom,
  type DefsFrom,
  defineModule,
  evalModules,
  mkAfter,
  mkDefault,
  mkEnableOption,
  mkForce,
  mkIf,
  mkMerge,
  mkOption,
  mkOrder,
  types,
  type Wrapped,
} from "../../src/modules/index.ts";

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

const options = {
  networking: {
    hostName: mkOption({ type: types.str }),
    firewall: {
      enable: mkEnableOption("the firewall"),
      ports: mkOption({ type: types.listOf(types.port), default: [] }),
    },
  },
  boxes: mkOption({
    default: {},
    type: types.attrsOf(
      types.submodule({
        options: {
          image: mkOption({
            type: types.either(types.str, types.submodule({ options: { tag: mkOption({ type: types.str }) } })),
          }),
          env: mkOption({ type: types.attrsOf(types.oneOf(types.str, types.int, types.bool)), default: {} }),
          binds: mkOption({
            type: types.listOf(
              types.coercedTo(
                types.str,
                (path) => ({ from: path }),
                types.submodule({
                  options: {
                    from: mkOption({ type: types.path }),
                    mode: mkOption({ type: types.enum("ro", "rw"), default: "ro" }),
                  },
                }),
              ),
            ),
            default: [],
          }),
          restart: mkOption({ type: types.enum("always", "on-failure", "no"), default: "always" }),
          kind: mkOption({ type: types.enum(["a", "b"]), default: "a" }),
          memory: mkOption({ type: types.nullOr(types.int), default: null }),
          autoStart: mkOption({ type: types.bool, default: true }),
          label: mkOption({ type: types.str, apply: (text) => ({ raw: text, length: text.length }) }),
          hook: mkOption({ type: types.functionTo(types.listOf(types.str)) }),
        },
        config: ({ name, config }) => ({
          label: mkDefault(name),
          memory: mkIf(config.autoStart, 10),
        }),
      }),
    ),
  }),
};

type Config = ConfigFrom<typeof options>;
type Defs = DefsFrom<typeof options>;
type Box = Config["boxes"][string];

// What is read is exact.
ok<Eq<Config["networking"]["hostName"], string>>();
ok<Eq<Config["networking"]["firewall"]["ports"], readonly number[]>>();
ok<Eq<Box["restart"], "always" | "on-failure" | "no">>();
ok<Eq<Box["kind"], "a" | "b">>();
ok<Eq<Box["memory"], number | null>>();
ok<Eq<Box["image"], string | { readonly tag: string }>>();
ok<Eq<Box["env"][string], string | number | boolean>>();
ok<Eq<Box["binds"][number]["mode"], "ro" | "rw">>();
ok<Eq<Box["label"], { raw: string; length: number }>>();
ok<Eq<ReturnType<Box["hook"]>, readonly string[]>>();

// What is defined: everything may be left out, wrappers may stand anywhere.
const define = (_definitions: Wrapped<Defs>) => {};
define({});
define({ networking: { hostName: "a" } });
define({ networking: mkForce({ hostName: mkDefault("a"), firewall: { ports: [80, mkIf(true, 443)] } }) });
define(mkMerge([{ networking: { hostName: "a" } }, mkIf(true, { boxes: { web: { image: "x" } } })]));
define({
  boxes: { web: { image: { tag: "1" }, env: { A: 1, B: mkForce("x"), C: true }, binds: ["/a", { from: "/b" }] } },
});
define({ boxes: { web: ({ name, config }) => ({ image: name, autoStart: config.memory !== null }) } });
define({ boxes: mkMerge([{ a: mkDefault({ image: "x", restart: "no" }) }, mkIf(true, { b: { memory: null } })]) });
define({ networking: { firewall: { ports: mkAfter([80]) } } });
define({ networking: { firewall: { ports: mkOrder(3, [80]) } } });
define({ boxes: { web: { hook: (argument: number) => [`${argument}`] } } });

// Mistakes are told at the very place.
define({
  // @ts-expect-error unknown option
  netwroking: {},
});
define({
  boxes: {
    web: {
      // @ts-expect-error unknown option of a submodule
      imagee: "x",
    },
  },
});
define({
  boxes: {
    web: mkIf(true, {
      // @ts-expect-error unknown option inside mkIf
      imagee: "x",
    }),
  },
});
define({
  boxes: mkMerge([
    {
      web: mkDefault({
        // @ts-expect-error a wrong word, two wrappers deep
        restart: "sometimes",
      }),
    },
  ]),
});
define({
  boxes: {
    web: {
      // @ts-expect-error a wrong type
      memory: "1G",
    },
  },
});
define({
  networking: {
    firewall: {
      // @ts-expect-error a wrong type in a wrapper
      ports: mkForce(["80"]),
    },
  },
});
define({
  boxes: {
    web: {
      binds: [
        {
          from: "/a",
          // @ts-expect-error a wrong word in a list of submodules
          mode: "rwx",
        },
      ],
    },
  },
});
define({
  boxes: {
    web: ({ config }) => ({
      // @ts-expect-error no such option in config
      image: config.imagee,
    }),
  },
});

// Declarations are checked as well.
// @ts-expect-error the default is not of the type
mkOption({ type: types.enum("a", "b"), default: "c" });
// @ts-expect-error the example is not of the type
mkOption({ type: types.listOf(types.int), example: ["a"] });
types.submodule({
  options: { a: mkOption({ type: types.int }) },
  // @ts-expect-error a definition of a wrong type
  config: () => ({ a: "x" }),
});
types.coercedTo(
  types.str,
  // @ts-expect-error the function gives what the type does not take
  (text) => text,
  types.int,
);

// Several modules make one tree.
const first = defineModule({ options: { a: { x: mkOption({ type: types.int }) } } });
const second = defineModule({
  options: { a: { y: mkOption({ type: types.nullOr(types.str) }) }, b: mkOption({ type: types.bool }) },
});
export const evaluated = () => {
  const { config } = evalModules({ modules: [first, second] });
  ok<Eq<typeof config.a.x, number>>();
  ok<Eq<typeof config.a.y, string | null>>();
  const more = evalModules({ modules: [first] }).extendModules({ modules: [second] });
  ok<Eq<typeof more.config.b, boolean>>();
  // @ts-expect-error config is read-only
  config.b = true;
};

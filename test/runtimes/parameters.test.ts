/** docs/reference/parameters.md is what the parameter file is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileConfig } from "../../src/compile/index.ts";
import { parameters } from "../../src/runtimes/nspawn/parameters.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, lock, type ShortContainer } from "../compile/config.ts";
import { isolated, type trusted } from "./containers.ts";

interface Row {
  readonly type: string;
  readonly meaning: string;
}

const rows = new Map(
  readFileSync(join(import.meta.dirname, "../../docs/reference/parameters.md"), "utf8")
    .split("\n")
    .flatMap((line): [string, Row][] => {
      const [, field = "", type = "", meaning = ""] = line.split("|").map((cell) => cell.trim());
      return field.startsWith("`") ? [[field.replaceAll("`", ""), { type, meaning }]] : [];
    }),
);

/** Fields with their values: `forwardPorts[].hostPort`. */
function fields(value: unknown, path = ""): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap((one) => (isRecord(one) ? fields(one, `${path}[]`) : []));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const own = path === "" ? key : `${path}.${key}`;
    return [[own, one] as [string, unknown], ...(own === "extraVeths" ? [] : fields(one, own))];
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  object: isRecord,
  "list of strings": (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
  "list of objects": (value) => Array.isArray(value) && value.every(isRecord),
};

const everything: ShortContainer = {
  path: "/srv/trees/web",
  config: null,
  privateNetwork: true,
  hostAddress: "10.0.0.1",
  localAddress: "10.0.0.2/24",
  forwardPorts: [{ hostPort: 80 }],
  extraVeths: {
    backup0: {
      hostBridge: "br1",
      hostAddress: null,
      localAddress: "192.0.2.7/24",
      hostAddress6: null,
      localAddress6: null,
      localMacAddress: null,
      forwardPorts: [],
    },
  },
  interfaces: ["eth1"],
  macvlans: ["eth2"],
  allowedDevices: [{ node: "/dev/ttyUSB0", modifier: "rw" }],
  bindMounts: { "/srv": { create: { mode: "0750", owner: "root" } } },
  tmpfs: ["/scratch:size=64M"],
};

function fileOf(container: ShortContainer): Record<string, unknown> {
  const { files } = compileConfig(hostConfig({ web: container }), lock, defaultLayout);
  return JSON.parse(files["/etc/stowage/containers/web.json"]?.text ?? "");
}

test("the page has every field, and no other", () => {
  expect([...new Set(fields(fileOf(everything)).map(([field]) => field))].sort()).toEqual([...rows.keys()].sort());
});

describe.each([
  ["everything", fileOf(everything)],
  ["nothing", fileOf({})],
  ["a joined namespace", fileOf({ networkNamespace: "/run/netns/vpn" })],
])("%s", (_, file) => {
  test("every value is of its type", () => {
    const wrong = fields(file).filter(
      ([field, value]) =>
        !rows
          .get(field)
          ?.type.split(" or ")
          .some((type) => fits[type]?.(value)),
    );
    expect(wrong).toEqual([]);
  });
  test("every field of the first level is there", () => {
    expect(Object.keys(file)).toEqual([...rows.keys()].filter((field) => !/[.[]/.test(field)));
  });
});

test("an extra link has the fields of the main one", () => {
  const file = fileOf(everything);
  const keys = Object.keys(file);
  const ofLink = keys.slice(keys.indexOf("hostInterface"), keys.indexOf("forwardPorts") + 1);
  expect(ofLink).toHaveLength(9);
  expect(Object.keys((file.extraVeths as { backup0: object }).backup0)).toEqual(ofLink);
});

test("users: the option's words", () => {
  const usersOf = (users: typeof trusted.users) =>
    JSON.parse(parameters(defaultLayout, { ...isolated, users })).privateUsers;
  expect([
    usersOf({ kind: "none" }),
    usersOf({ kind: "identity" }),
    usersOf({ kind: "shifted", base: null }),
    usersOf({ kind: "shifted", base: 131072 }),
  ]).toEqual(["no", "identity", "pick", 131072]);
});

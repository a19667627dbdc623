import { expect, test } from "vitest";
import { networkProblems } from "../../src/cli/required-networks.ts";
import type { HostUsers } from "../../src/compile/index.ts";
import { compiled } from "../compile/oci/evaluated.ts";

const users: HostUsers = new Map([["alice", { uid: 1000, home: "/home/alice", hasSubIds: true }]]);
const image = "localhost/web:1";
const generation = (backend = "podman", more: object = {}, networks: string[] = []) =>
  compiled({ ociContainers: { backend, containers: { web: { image, networks } }, ...more } });
const route = (network: string) => () => [
  { interface: "lo", network: "127.0.0.0/8" },
  { interface: "eth0", network },
];
const messages = (next = generation(), network = "10.87.3.0/24", current: typeof next | null = null) =>
  networkProblems(next, current, route(network)).map(({ message }) => message);

test("a network that the host reaches elsewhere is told, with what to do", () => {
  for (const backend of ["podman", "docker"])
    expect(networkProblems(generation(backend), null, route("10.87.3.0/24"))).toEqual([
      {
        code: "network-taken",
        message: "network stowage of OCI containers is to be 10.87.0.0/16, and the host reaches 10.87.3.0/24 by eth0",
        details: ["what is there could no longer be told from containers"],
        hint: "set ociContainers.defaultNetwork.subnet to a network that nobody has",
      },
    ]);
  const own = generation("podman", { networks: { own: { subnets: ["10.5.0.0/24", "fd00:5::/64"] } } }, ["own"]);
  expect(networkProblems(own, null, route("10.5.0.7/32"))).toMatchObject([
    { hint: "set ociContainers.networks.own.subnets to a network that nobody has" },
  ]);
});

test("a route to more than it, or to elsewhere, is in nobody's way", () => {
  expect(messages(generation(), "10.0.0.0/8")).toEqual([]);
  expect(messages(generation(), "10.88.0.0/16")).toEqual([]);
  expect(messages(generation(), "10.87.0.0/16")).toHaveLength(1);
});

test("of a network that is there already nothing is asked, not even when the other engine takes it over", () => {
  expect(messages(generation("docker"), "10.87.0.0/16", generation("podman"))).toEqual([]);
  const moved = generation("podman", { defaultNetwork: { subnet: "10.99.0.0/16" } });
  expect(messages(moved, "10.99.0.0/24", generation("podman"))).toHaveLength(1);
});

test("a network of ours that is to be wider is not in its own way; what is somebody else's is", () => {
  const own = (subnet: string) => generation("podman", { networks: { own: { subnets: [subnet] } } }, ["own"]);
  const [now, wider] = [own("10.5.1.0/25"), own("10.5.1.0/24")];
  expect(messages(wider, "10.5.1.0/25", now)).toEqual([]);
  expect(messages(wider, "10.5.1.0/25")).toHaveLength(1);
  expect(messages(wider, "10.5.1.128/25", now)).toHaveLength(1);
});

test("a network that is to be the one of a card of the host is in nobody's way", () => {
  const of = (driver: string) =>
    generation(
      "podman",
      { networks: { lan: { driver, subnets: ["192.168.7.0/24"], ...(driver !== "bridge" && { parent: "eth0" }) } } },
      ["lan"],
    );
  for (const driver of ["macvlan", "ipvlan"]) expect(messages(of(driver), "192.168.7.0/24")).toEqual([]);
  expect(messages(of("bridge"), "192.168.7.0/24")).toHaveLength(1);
});

test("a user's network has its routes elsewhere", () => {
  const of = (podman: object) =>
    compiled(
      {
        ociContainers: {
          networks: { app: { subnets: ["10.5.0.0/24"] } },
          containers: { web: { image, networks: ["app"], podman } },
        },
      },
      { users },
    );
  expect(messages(of({ user: "alice" }), "10.5.0.0/24")).toEqual([]);
  expect(messages(of({ user: "root" }), "10.5.0.0/24")).toHaveLength(1);
});

test("the host is not asked where there is no network", () => {
  const never = () => {
    throw new Error("asked");
  };
  expect(networkProblems(compiled({}), null, never)).toEqual([]);
  expect(networkProblems(generation(), generation(), never)).toEqual([]);
});

import { expect, test } from "vitest";
import { controllers } from "../../src/doctor/checks/controllers.ts";
import type { Facts } from "../../src/doctor/facts.ts";
import { compiled } from "../compile/oci/evaluated.ts";

const all = ["cpu", "io", "memory", "pids"];
const host = (resources: object | null, backend: "podman" | "docker" = "podman") =>
  compiled({
    containers: { system: { path: "/srv/tree", resources } },
    ociContainers: { backend, containers: { oci: { image: "localhost/web:1", resources } } },
  });
const told = (resources: object | null, have: readonly string[], backend?: "podman" | "docker") =>
  controllers({ kernel: { controllers: have }, state: { generation: host(resources, backend) } } as unknown as Facts);

test("a limit that the kernel cannot keep is told, with the units that it is of", () => {
  const without = told({ memoryMax: "1G", cpuQuota: "50%" }, ["cpu", "pids"]);
  expect(without.map(({ check, state }) => `${state} ${check}`)).toEqual([
    "problem controller-memory",
    "ok controller-cpu",
  ]);
  expect(without[0]?.why).toBe("they are declared for container@system.service, podman-oci.service");
  const [docker] = told({ ioWeight: 10 }, [], "docker");
  expect(docker?.why).toBe("they are declared for container@system.service, stowage-docker\\x2doci.slice");
});

test("each limit has its controller", () => {
  const checks = (resources: object) => told(resources, all).map(({ check, state }) => `${state} ${check}`);
  expect(checks({ memoryHigh: "1G" })).toEqual(["ok controller-memory"]);
  expect(checks({ memorySwapMax: "0" })).toEqual(["ok controller-memory"]);
  expect(checks({ cpuWeight: 10 })).toEqual(["ok controller-cpu"]);
  expect(checks({ ioWeight: 10 })).toEqual(["ok controller-io"]);
  expect(checks({ pidsMax: 10 })).toEqual(["ok controller-pids"]);
});

test("where nobody declared a limit nothing is said", () => {
  expect(told(null, [])).toEqual([]);
  expect(controllers({ kernel: { controllers: [] }, state: { generation: null } } as unknown as Facts)).toEqual([]);
});

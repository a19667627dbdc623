import { describe, expect, test } from "vitest";
import { compiled, problemsOf } from "./evaluated.ts";

const image = "localhost/web:1";
const clash = (a: readonly string[], b: readonly string[], backend = "podman") =>
  problemsOf({ ociContainers: { backend, containers: { a: { image, ports: a }, b: { image, ports: b } } } });
const both = "forwarded to container a and to container b";

describe("a port of two OCI containers", () => {
  test.each([
    ["80:80", "80:81", `port 80/tcp of the host is ${both}`],
    ["80:80", "127.0.0.1:80:81", `port 80/tcp of the host is ${both}`],
    ["0.0.0.0:80:80", "127.0.0.1:80:81", `port 80/tcp of the host is ${both}`],
    ["[::]:80:80", "[::1]:80:81", `port 80/tcp of the host is ${both}`],
    ["[fd00::1]:80:80", "[fd00:0::1]:80:81", `port 80/tcp of the host is ${both}`],
    ["8000-8010:8000-8010", "8005:80", `port 8005/tcp of the host is ${both}`],
    ["8000-8010:8000-8010", "8005-8020:5-20", `ports 8005-8010/tcp of the host are ${both}`],
    ["53:53/udp", "53:53/udp", `port 53/udp of the host is ${both}`],
  ])("%s and %s", (a, b, message) => {
    expect(clash([a], [b])).toEqual([message]);
    expect(clash([a], [b], "docker")).toEqual([message]);
  });

  test.each([
    ["53:53/udp", "53:53/tcp"],
    ["127.0.0.1:80:80", "127.0.0.2:80:80"],
    ["0.0.0.0:80:80", "[::]:80:80"],
    ["80", "80"],
    ["127.0.0.1::80", "80:80"],
    ["8000-8010:8000-8010", "8011:80"],
  ])("not %s and %s", (a, b) => {
    expect(clash([a], [b])).toEqual([]);
  });

  test("of one container", () => {
    expect(clash(["80:80", "80:80"], [])).toEqual(["container a forwards port 80/tcp of the host twice"]);
  });
});

test("a port of a system container and an OCI container", () => {
  const system = {
    path: "/srv/tree",
    privateNetwork: true,
    localAddress: "10.0.0.2",
    forwardPorts: [{ hostPort: 80 }],
  };
  const found = (port: string) =>
    problemsOf({ containers: { a: system }, ociContainers: { containers: { b: { image, ports: [port] } } } });
  expect(found("127.0.0.1:80:80")).toEqual([`port 80/tcp of the host is ${both}`]);
  expect(found("70-90:70-90")).toEqual([`port 80/tcp of the host is ${both}`]);
  expect(found("81:80")).toEqual([]);
});

describe("ranges", () => {
  const alone = (port: string, backend: string) => clash([port], [], backend);
  test("of different lengths are refused", () => {
    for (const backend of ["podman", "docker"])
      expect(alone("2000-2010:80-85", backend)).toEqual([
        "container a publishes 2000-2010:80-85: 11 of the host, 6 inside",
      ]);
  });
  test("one of several is docker's alone", () => {
    expect(alone("2000-2010:80", "docker")).toEqual([]);
    expect(alone("2000-2010:80", "podman")).toEqual(["container a publishes 2000-2010:80: 11 of the host, 1 inside"]);
  });
});

test.each(["host", "none", "container:other"])("ports with the network %s", (network) => {
  const found = (ports: readonly string[]) =>
    problemsOf({ ociContainers: { containers: { a: { image, ports, networks: [network] } } } });
  expect(found(["80:80"])).toEqual([`container a publishes ports, and its network is "${network}"`]);
  expect(found([])).toEqual([]);
});

describe("ports of a pod", () => {
  const containers = { a: { image, pod: "app" }, b: { image, ports: ["8080:80"] } };
  const withPod = (ports: readonly string[], networks: readonly string[] = []) => ({
    ociContainers: { containers, pods: { app: { ports, networks } } },
  });

  test("are compared with all others", () => {
    expect(problemsOf(withPod(["8000-8090:8000-8090"]))).toEqual([
      "port 8080/tcp of the host is forwarded to container b and to pod app",
    ]);
    expect(problemsOf(withPod(["8081:80"]))).toEqual([]);
    expect(problemsOf(withPod(["8090-8091:80"]))).toEqual(["pod app publishes 8090-8091:80: 2 of the host, 1 inside"]);
    expect(problemsOf(withPod(["8081:80"], ["host"]))).toEqual(['pod app publishes ports, and its network is "host"']);
  });

  test("are those of its containers, for who looks at them", () => {
    const part = compiled(withPod(["127.0.0.1:8081:80"])).containers.a;
    expect(part?.ports).toEqual([
      { container: "a", protocol: "tcp", hostPort: 8081, containerPort: 80, address: "127.0.0.1" },
    ]);
  });
});

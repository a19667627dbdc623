import { describe, expect, test } from "vitest";
import { problemsOf } from "./evaluated.ts";

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

import { describe, expect, test } from "vitest";
import { portText, reachOf } from "../../src/compile/ports.ts";
import { compiled } from "./oci/evaluated.ts";

const portsOf = (ports: readonly string[], backend = "docker") =>
  compiled({ ociContainers: { backend, containers: { web: { image: "localhost/web:1", ports } } } }).ports;

describe("ports of an OCI container in a generation", () => {
  test.each([
    ["80", "(any)->80/tcp", "network"],
    ["127.0.0.1::53/udp", "127.0.0.1:(any)->53/udp", "machine"],
    ["8080:80", "8080->80/tcp", "network"],
    ["0.0.0.0:80:80/sctp", "0.0.0.0:80/sctp", "network"],
    ["[::1]:81:81", "[::1]:81/tcp", "machine"],
    ["[fd00:0::1]:81:81", "[fd00::1]:81/tcp", "network"],
    ["1234-1236:1234-1236", "1234-1236/tcp", "network"],
    ["127.8.0.1:1-3:4-6", "127.8.0.1:1-3->4-6/tcp", "machine"],
    ["2000-2010:80", "2000-2010->80/tcp", "network"],
  ])("%s: %s, from the %s", (text, shown, reach) => {
    const [port] = portsOf([text]);
    if (port === undefined) throw new Error("no port");
    expect([portText(port), reachOf(port)]).toEqual([shown, reach]);
  });
});

test("ports of a system container: the address and interface that they are for", () => {
  const forwardPorts = [
    { hostPort: 80 },
    { hostPort: 81, hostAddress: "127.0.0.1" },
    { hostPort: 82, interface: "lo" },
    { hostPort: 83, interface: "eth0" },
  ];
  const web = { path: "/srv/tree", privateNetwork: true, localAddress: "10.0.0.2", forwardPorts };
  const { ports } = compiled({ containers: { web } });
  expect(ports.map(reachOf)).toEqual(["network", "machine", "machine", "network"]);
  expect(ports.map(portText)).toEqual(["80/tcp", "127.0.0.1:81/tcp", "82/tcp", "83/tcp"]);
});

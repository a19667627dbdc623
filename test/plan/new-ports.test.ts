import { expect, test } from "vitest";
import type { ContainerPart } from "../../src/compile/index.ts";
import { newPorts } from "../../src/plan/new-ports.ts";
import { compiled } from "../compile/oci/evaluated.ts";

const partOf = (ports: readonly string[], backend = "podman"): ContainerPart => {
  const part = compiled({ ociContainers: { backend, containers: { web: { image: "localhost/web:1", ports } } } })
    .containers.web;
  if (part === undefined) throw new Error("no container");
  return part;
};
const past = "; what a firewall of this host says of its own ports does not hold for it";

test.each(["podman", "docker"])("%s: who gets to a new port", (backend) => {
  expect(
    newPorts(null, partOf(["80:80", "127.0.0.1:81:81", "192.0.2.1:82:82/udp", "90-92:1-3", "53"], backend)),
  ).toEqual([
    `port 80/tcp of this host, on all its addresses, will lead into container web${past}`,
    "port 81/tcp of this host, for this machine only, will lead into container web",
    `port 82/udp of this host, on 192.0.2.1, will lead into container web${past}`,
    `ports 90-92/tcp of this host, on all its addresses, will lead into container web${past}`,
    `some port of this host, for port 53/tcp of the container, on all its addresses, will lead into container web${past}`,
  ]);
});

test("one of several, with docker", () => {
  expect(newPorts(null, partOf(["2000-2010:80"], "docker"))).toEqual([
    `one of the ports 2000-2010/tcp of this host, on all its addresses, will lead into container web${past}`,
  ]);
});

test("what led there before is not told again; what was for this machine only is", () => {
  expect(newPorts(partOf(["80:80"]), partOf(["80:80"]))).toEqual([]);
  expect(newPorts(partOf(["127.0.0.1:80:80"]), partOf(["80:80"]))).toHaveLength(1);
});

test("of a rootless container a process of the host takes the packets: the firewall holds", () => {
  const part = partOf(["8080:80"]);
  if (part.oci === undefined) throw new Error("no OCI container");
  const [text] = newPorts(null, { ...part, oci: { ...part.oci, user: "alice" } });
  expect(text).toBe("port 8080/tcp of this host, on all its addresses, will lead into container web");
});

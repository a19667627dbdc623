import { expect, test } from "vitest";
import { portsIn, restoreText } from "../../src/network/index.ts";
import { extraLinkOf, linkOf } from "../../src/network/link.ts";

const forward = {
  protocol: "tcp",
  hostPort: 8080,
  containerPort: 80,
  hostAddress: null,
  interface: null,
} as const;

test("links are put back by the names that nobody else gives, and by which the kernel shows them they are looked at", () => {
  const links = [linkOf("web", [], { bridge: "br0" }), extraLinkOf("web", "backup0", [], { bridge: "br0" })];
  const text = restoreText("br0", null, links);
  expect(text).toBe("link set dev vb-web master br0\nlink set dev ve-web.backup0 master br0\n");
  expect(portsIn(text)).toEqual(["vb-web", "backup0"]);
});

test("a port of the host keeps its dot", () => {
  const bridge = { name: "br0", interfaces: ["eth0.7", "ve"], rstp: false, addresses: [] };
  expect(portsIn(restoreText("br0", bridge, []))).toEqual(["eth0.7", "ve"]);
});

test("a link with forwarded ports gives packets back where they came from", () => {
  const text = restoreText("br0", null, [linkOf("web", [], { bridge: "br0", forwards: [forward] })]);
  expect(text).toBe("link set dev vb-web master br0\nlink set dev vb-web type bridge_slave hairpin on\n");
});

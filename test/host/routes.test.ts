import { expect, test } from "vitest";
import { hostRoutes, routesIn } from "../../src/host/routes.ts";

const heading = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT \n";
const line = (name: string, destination: string, mask: string) =>
  `${name}\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0   \n`;

test("networks of routes, without default ones", () => {
  const text = [
    heading,
    line("eth0", "00000000", "00000000"),
    line("eth0", "000200C0", "00FFFFFF"),
    line("podman1", "0000570A", "0000FFFF"),
    line("ve-web", "0201E90A", "FFFFFFFF"),
    "cut\t00",
  ].join("");
  expect(routesIn(text)).toEqual([
    { interface: "eth0", network: "192.0.2.0/24" },
    { interface: "podman1", network: "10.87.0.0/16" },
    { interface: "ve-web", network: "10.233.1.2/32" },
  ]);
});

test("a machine without the file has none", () => {
  expect(hostRoutes("/nowhere/route")).toEqual([]);
});

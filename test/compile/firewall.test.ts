import { describe, expect, test } from "vitest";
import { firewallOf } from "../../src/compile/firewall.ts";
import { compileConfig, warningsOf } from "../../src/compile/index.ts";
import { type Problem, StowageError } from "../../src/error.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { hostConfig, link, lock, type ShortContainer } from "./config.ts";

const placesOf = (path: readonly string[]) => [{ file: path.slice(1).join("."), line: 1, column: 1 }];
const shown = (problems: readonly Problem[]) =>
  problems.map(({ code, message, places }) =>
    [`${code}: ${message}`, ...(places ?? []).map(({ file }) => file)].join(" | "),
  );

function problems(web: ShortContainer): string[] {
  try {
    compileConfig(hostConfig({ web }), lock, defaultLayout, placesOf);
    return [];
  } catch (error) {
    if (error instanceof StowageError) return shown(error.problems);
    throw error;
  }
}
const warnings = (web: ShortContainer) => shown(warningsOf(hostConfig({ web }), placesOf));

const own: ShortContainer = { privateNetwork: true, hostAddress: "10.0.0.1", localAddress: "10.0.0.2" };
const on = { enable: true };

describe("what is refused", () => {
  test("a firewall in a network that is not made for the container", () => {
    expect(problems({ config: { firewall: on } })).toEqual([
      "firewall-without-network: container web has a firewall, but shares the host's network | web.config.networking.firewall.enable",
    ]);
    expect(problems({ networkNamespace: "/run/netns/vpn", config: { firewall: on } })).toEqual([
      "firewall-without-network: container web has a firewall, but joins a network namespace | web.config.networking.firewall.enable | web.networkNamespace",
    ]);
    expect(problems({ ...own, config: { firewall: on } })).toEqual([]);
    expect(problems({ macvlans: ["eth1"], config: { firewall: on } })).toEqual([]);
    expect(problems({ config: { firewall: { allowedTCPPorts: [80] } } })).toEqual([]);
  });

  test("a range that ends before it begins", () => {
    const firewall = {
      ...on,
      allowedTCPPortRanges: [{ from: 90, to: 80 }],
      allowedUDPPortRanges: [{ from: 1, to: 1 }],
    };
    expect(problems({ ...own, config: { firewall } })).toEqual([
      "empty-port-range: the range of ports from 90 to 80 in containers.web.config.networking.firewall.allowedTCPPortRanges is empty | web.config.networking.firewall.allowedTCPPortRanges",
    ]);
  });
});

describe("what is warned of", () => {
  const forwardPorts = [
    { hostPort: 8080, containerPort: 80 },
    { hostPort: 53, protocol: "udp" as const },
  ];
  const at = "web.config.networking.firewall";

  test("forwarded ports that the firewall closes, by their numbers inside, with both places", () => {
    const seen = (firewall: object) => warnings({ ...own, forwardPorts, config: { firewall: { ...on, ...firewall } } });
    const tcp =
      "forwarded-port-closed: port 8080/tcp of the host leads to port 80 of container web, which its firewall closes";
    const udp =
      "forwarded-port-closed: port 53/udp of the host leads to port 53 of container web, which its firewall closes";
    expect(seen({})).toEqual([`${tcp} | web.forwardPorts | ${at}.enable`, `${udp} | web.forwardPorts | ${at}.enable`]);
    expect(seen({ allowedTCPPorts: [8080], allowedUDPPortRanges: [{ from: 50, to: 60 }] })).toEqual([
      `${tcp} | web.forwardPorts | ${at}.allowedTCPPorts`,
    ]);
    expect(seen({ allowedTCPPorts: [80], allowedUDPPorts: [53] })).toEqual([]);
    expect(seen({ trustedInterfaces: ["eth0"] })).toEqual([]);
    expect(seen({ enable: false })).toEqual([]);
  });

  test("those of a further link, unless that is trusted", () => {
    const extraVeths = { backup0: link({ localAddress: "10.0.0.9", forwardPorts }) };
    const seen = (firewall: object) => warnings({ extraVeths, config: { firewall: { ...on, ...firewall } } });
    expect(seen({ trustedInterfaces: ["eth0"], allowedUDPPorts: [53] })).toEqual([
      `forwarded-port-closed: port 8080/tcp of the host leads to port 80 of container web, which its firewall closes | web.extraVeths.backup0.forwardPorts | ${at}.enable`,
    ]);
    expect(seen({ trustedInterfaces: ["backup0"] })).toEqual([]);
  });

  test("ports that are opened in a firewall that is off", () => {
    expect(warnings({ ...own, config: { firewall: { allowedTCPPorts: [80], trustedInterfaces: ["eth0"] } } })).toEqual([
      `firewall-off: container web opens ports in a firewall that is off: all of its ports are open | ${at}.allowedTCPPorts | ${at}.trustedInterfaces`,
    ]);
    expect(warnings({ ...own, config: { firewall: { allowPing: false } } })).toEqual([]);
    expect(warnings({ ...own, config: null, path: "/srv/tree" })).toEqual([]);
  });
});

test("ports and ranges become ranges, each once", () => {
  const firewall = { ...on, allowedTCPPorts: [443, 80, 80], allowedTCPPortRanges: [{ from: 81, to: 90 }] };
  const { containers } = hostConfig({ web: { ...own, config: { firewall } }, db: { config: null, path: "/srv/x" } });
  expect(firewallOf(containers.web!)?.tcp).toEqual([
    { from: 80, to: 90 },
    { from: 443, to: 443 },
  ]);
  expect(firewallOf(containers.db!)).toBeNull();
});

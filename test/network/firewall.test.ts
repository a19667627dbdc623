import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Firewall, firewallOff, firewallRules, isOpen, joinRanges } from "../../src/network/index.ts";

const closed: Firewall = { tcp: [], udp: [], ping: false, trusted: [], reject: false };
const range = fc
  .tuple(fc.integer({ min: 1, max: 65535 }), fc.integer({ min: 0, max: 300 }))
  .map(([from, more]) => ({ from, to: Math.min(from + more, 65535) }));

describe("ranges of ports", () => {
  test("are joined where they overlap or touch", () => {
    expect(joinRanges([])).toEqual([]);
    const given = [
      { from: 90, to: 99 },
      { from: 80, to: 80 },
      { from: 81, to: 85 },
      { from: 95, to: 96 },
    ];
    expect(joinRanges(given)).toEqual([
      { from: 80, to: 85 },
      { from: 90, to: 99 },
    ]);
  });

  test("open the same ports joined as apart, in order and with a gap between", () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), fc.integer({ min: 1, max: 65535 }), (ranges, port) => {
        const joined = joinRanges(ranges);
        const isIn = ranges.some(({ from, to }) => from <= port && port <= to);
        expect(isOpen({ ...closed, tcp: joined }, "tcp", port)).toBe(isIn);
        for (const [at, { from }] of joined.entries())
          expect(at === 0 || from > (joined[at - 1]?.to ?? 0) + 1).toBe(true);
      }),
    );
  });
});

describe("the rules", () => {
  test("let in what is said, what a network needs, and answers", () => {
    const open = { from: 80, to: 80 };
    expect(
      firewallRules({
        tcp: [open, { from: 8000, to: 8010 }],
        udp: [open],
        ping: true,
        trusted: ["backup0"],
        reject: true,
      }),
    ).toMatchInlineSnapshot(`
      "table inet stowage_firewall; delete table inet stowage_firewall
      table inet stowage_firewall {
        chain input {
          type filter hook input priority filter; policy drop;
          iifname "lo" accept
          # Finding neighbours and routers has no connection that it could belong to.
          icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, mld-listener-query } accept
          ct state established,related accept
          ct state invalid drop
          # The answer to a request to all DHCPv6 servers.
          ip6 daddr fe80::/64 udp dport 546 accept
          iifname { "backup0" } accept
          icmp type echo-request accept
          icmpv6 type echo-request accept
          tcp dport { 80, 8000-8010 } accept
          udp dport { 80 } accept
          meta pkttype != unicast drop
          meta l4proto tcp reject with tcp reset
          reject with icmpx type port-unreachable
        }
      }
      "
    `);
  });

  test("of a firewall that opens nothing refuse all else without a word", () => {
    const text = firewallRules(closed);
    expect(text).toContain("policy drop;");
    expect(text).not.toMatch(/dport \{|echo-request|reject|iifname \{/);
    expect(text.indexOf("nd-neighbor-solicit")).toBeLessThan(text.indexOf("invalid drop"));
  });

  test("hold no name that is not one of an interface", () => {
    for (const name of ['e"', "a b", "a*", "", "sixteen-letters-"])
      expect(() => firewallRules({ ...closed, trusted: [name] })).toThrow(/not a name/);
  });

  test("are rules that nft takes, whatever is open, twice, and takes away", { skip: process.geteuid?.() !== 0 }, () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 30 }), fc.boolean(), fc.boolean(), (ranges, reject, ping) => {
        const ports = joinRanges(ranges);
        const text = firewallRules({
          tcp: ports,
          udp: ports,
          ping,
          trusted: ports.length > 3 ? ["eth0", "mv-eth1"] : [],
          reject,
        });
        const nft =
          'nft -f - <<<"$1" && nft -f - <<<"$1" && nft list table inet stowage_firewall && nft "$2" && nft list ruleset';
        const { status, stderr, stdout } = spawnSync("unshare", ["--net", "bash", "-c", nft, "-", text, firewallOff], {
          encoding: "utf8",
        });
        expect(stderr).toBe("");
        expect(status).toBe(0);
        expect(stdout.match(/^table/gm)).toHaveLength(1);
        if (ports.length > 0) expect(stdout).toContain("udp dport");
      }),
      { numRuns: 12 },
    );
  });
});

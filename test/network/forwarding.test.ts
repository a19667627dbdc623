import { expect, test } from "vitest";
import { forwarding4, forwarding6, forwardingFilter } from "../../src/network/index.ts";

test("the filter of a host that forwards for the sake of ports alone", () => {
  expect(forwardingFilter(forwarding4, { links: ["ve-a", "ve-b"], engines: [] })).toBe(`table ip stowage_forwarding
delete table ip stowage_forwarding
table ip stowage_forwarding {
  set links { type ifname; elements = { "ve-a", "ve-b" }; }
  chain forward {
    type filter hook forward priority filter; policy accept;
    oifname != @links accept
    iifname @links accept
    ct state established,related accept
    ct status dnat accept
    reject with icmp type admin-prohibited
  }
}
`);
  expect(forwardingFilter(forwarding6, { links: ["ve-a"], engines: [] })).toContain(
    "reject with icmpv6 type admin-prohibited\n",
  );
});

test("no link of its own to look at", () => {
  expect(forwardingFilter(forwarding4, { links: [], engines: [] })).toContain("  set links { type ifname; }\n");
});

test("containers of engines may come to ours", () => {
  const text = forwardingFilter(forwarding4, { links: ["ve-a"], engines: ["stowage0", "podman+"] });
  expect(text).toContain(
    '    iifname @links accept\n    iifname "stowage0" accept\n    iifname "podman*" accept\n    ct',
  );
});

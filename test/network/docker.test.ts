import { expect, test } from "vitest";
import { dockerRules, dockerRulesDown } from "../../src/network/index.ts";

test("what Docker is told, for links, for a bridge with other machines on it, and for another engine's", () => {
  expect(dockerRules({ links: ["ve-a", "ve-b"], bridges: ["br0"], engines: ["podman+"] })).toBe(`*filter
:STOWAGE - [0:0]
:STOWAGE-FROM - [0:0]
-A STOWAGE -i ve-a -j STOWAGE-FROM
-A STOWAGE -o ve-a -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT
-A STOWAGE -i ve-b -j STOWAGE-FROM
-A STOWAGE -o ve-b -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT
-A STOWAGE -i br0 -o br0 -j ACCEPT
-A STOWAGE -i br0 -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT
-A STOWAGE -o br0 -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT
-A STOWAGE -i podman+ -j STOWAGE-FROM
-A STOWAGE -o podman+ -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT
-A STOWAGE-FROM -o ve-a -j ACCEPT
-A STOWAGE-FROM -o ve-b -j ACCEPT
-A STOWAGE-FROM -o podman+ -j ACCEPT
-A STOWAGE-FROM -o docker+ -j RETURN
-A STOWAGE-FROM -o br-+ -j RETURN
-A STOWAGE-FROM -j ACCEPT
COMMIT
`);
});

test("what is undone: the jump, then the chains, the one that is jumped from first", () => {
  expect(dockerRulesDown.split("\n").slice(1, -2)).toEqual([
    "-D DOCKER-USER -j STOWAGE",
    "-F STOWAGE",
    "-F STOWAGE-FROM",
    "-X STOWAGE",
    "-X STOWAGE-FROM",
  ]);
});

test.each(["ve+", "-o", "a b", "a\n-A INPUT", ""])("%j is no interface to iptables", (name) => {
  expect(() => dockerRules({ links: [name], bridges: [], engines: [] })).toThrow("not a word for iptables");
});

import { describe, expect, test } from "vitest";
import {
  hostSysctls,
  hostsEntries,
  hostsText,
  type LinkEnds,
  linkFiles,
  linkOf,
  linkSysctls,
  networkdUnmanaged,
  networkManagerUnmanaged,
  nftBase,
  nftElements,
  parseAddress,
} from "../../src/network/index.ts";
import { ipWord } from "../../src/network/ip-batch.ts";

const address = (text: string) => parseAddress(text) ?? expect.fail(text);
const v4: LinkEnds = { family: 4, host: address("10.0.0.1"), local: address("10.0.0.2/24") };
const v6: LinkEnds = { family: 6, host: address("fd00::1"), local: address("fd00::2") };

describe("ip batch files", () => {
  test("both families, point to point", () => {
    expect(linkFiles(linkOf("web", [v6, v4]))).toMatchInlineSnapshot(`
      {
        "down": "link del dev ve-web
      netns del ct-web
      ",
        "host": "netns add ct-web
      link add ve-web address 02:62:ef:fc:98:8c type veth peer name eth0 address 02:35:09:eb:48:49 netns ct-web
      ",
        "ns": "link set dev lo up
      address add 10.0.0.2/24 dev eth0
      address add fd00::2/128 dev eth0 nodad
      link set dev eth0 up
      route add 10.0.0.1/32 dev eth0 scope link
      route add default via 10.0.0.1 dev eth0
      route add fd00::1/128 dev eth0
      route add default via fd00::1 dev eth0
      ",
        "up": "address add 10.0.0.1/32 dev ve-web
      address add fd00::1/128 dev ve-web nodad
      link set dev ve-web up
      route add 10.0.0.2/32 dev ve-web
      route add fd00::2/128 dev ve-web
      ",
      }
    `);
  });

  test("without addresses there is a link and nothing more", () => {
    const files = linkFiles(linkOf("web", []));
    expect(files.ns).toBe("link set dev lo up\nlink set dev eth0 up\n");
    expect(files.up).toBe("link set dev ve-web up\n");
  });

  test("a shortened interface carries its full name", () => {
    const { host, down } = linkFiles(linkOf("really-long-name", []));
    expect(host).toMatch(/^link property add dev (ve-reall_\w{6}) altname ve-really-long-name$/m);
    expect(down).toMatch(/^link del dev ve-reall_\w{6}\nnetns del ct-really-long-name\n$/);
  });

  test("the link is deleted before its namespace (else a new one fails: File exists)", () => {
    expect(linkFiles(linkOf("web", [])).down).toBe("link del dev ve-web\nnetns del ct-web\n");
  });

  test.each(["a b", "a\nb", "#", "-force", "a'b", "", "a\\"])("a word %j is refused", (word) => {
    expect(() => ipWord(word)).toThrow();
  });
});

describe("nft", () => {
  test("elements of a container with both families", () => {
    const text = nftElements(
      linkOf("web", [v4, v6]),
      [{ protocol: "tcp", hostPort: 8080, containerPort: 80, hostAddress: null, interface: null }],
      "add",
    );
    expect(text).toMatchInlineSnapshot(`
      "add element inet stowage links { "ve-web" }
      add element inet stowage self4 { 10.0.0.2 . 10.0.0.2 }
      add element inet stowage self6 { fd00::2 . fd00::2 }
      add element inet stowage tcp4 { 8080 : 10.0.0.2 . 80 }
      add element inet stowage tcp6 { 8080 : fd00::2 . 80 }
      "
    `);
  });

  test("a closing brace has a line break or ; before it (nft 1.0.6)", () => {
    for (const line of nftBase.split("\n").filter((line) => line.includes("}"))) expect(line).toMatch(/^\s*}|; }$/);
  });
});

describe("sysctl", () => {
  test("what containers share: no forwarding, which is its own unit's", () => {
    expect(hostSysctls).toBe("fs/inotify/max_user_instances = 8192\n");
  });

  test("route_localnet only on a link with forwarded ports", () => {
    const link = linkOf("web", [v4]);
    expect(linkSysctls(link, false)).not.toContain("route_localnet");
    expect(linkSysctls(link, true)).toMatchInlineSnapshot(`
      "-net/ipv6/conf/ve-web/accept_ra = 0
      -net/ipv6/conf/ve-web/accept_redirects = 0
      net/ipv4/conf/ve-web/accept_redirects = 0
      net/ipv4/conf/ve-web/send_redirects = 0
      net/ipv4/conf/ve-web/forwarding = 1
      net/ipv4/conf/ve-web/route_localnet = 1
      "
    `);
  });
});

test("hosts entries without prefix length, both families", () => {
  expect(hostsText(hostsEntries(linkOf("web", [v4, v6])))).toBe("10.0.0.2 web.containers\nfd00::2 web.containers\n");
});

test("network managers are kept off our links, and off no others", () => {
  const names = ["ve-db", "ve-web"];
  expect(networkdUnmanaged(names)).toBe("[Match]\nName=ve-db ve-web\n\n[Link]\nUnmanaged=yes\n");
  expect(networkManagerUnmanaged(names)).toContain("match-device=interface-name:ve-db,interface-name:ve-web\n");
});

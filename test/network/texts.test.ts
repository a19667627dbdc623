import { describe, expect, test } from "vitest";
import {
  type BatchFiles,
  extraLinkOf,
  type Forward,
  hostSysctls,
  hostsEntries,
  hostsText,
  type Link,
  type LinkEnds,
  linkOf,
  linkSysctls,
  macvlanOf,
  networkdUnmanaged,
  networkFiles,
  networkManagerUnmanaged,
  networkOf,
  nftBase,
  nftElements,
  parseAddress,
} from "../../src/network/index.ts";
import { ipWord } from "../../src/network/ip-batch.ts";

const address = (text: string) => parseAddress(text) ?? expect.fail(text);
const v4: LinkEnds = { family: 4, host: address("10.0.0.1"), local: address("10.0.0.2/24") };
const v6: LinkEnds = { family: 6, host: address("fd00::1"), local: address("fd00::2") };

const files = { ip: "/bin/ip", sysctl: "/bin/sysctl", sysctls: "/s", insideSysctls: "/i", ns: "/n", back: "/b" };
const main = (link: Link, only: Partial<BatchFiles> = {}) =>
  networkFiles(networkOf(link.container, [link]), { ...files, ...only });
const forward = (given: Partial<Forward> = {}): Forward => ({
  ...{ protocol: "tcp", hostPort: 8080, containerPort: 80, hostAddress: null, interface: null },
  ...given,
});

describe("ip batch files", () => {
  test("both families, point to point", () => {
    expect(main(linkOf("web", [v6, v4]))).toMatchInlineSnapshot(`
      {
        "back": null,
        "down": "link del dev ve-web
      netns del ct-web
      netns del ct-web_host
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
        "up": "netns add ct-web
      link add ve-web address 02:62:ef:fc:98:8c type veth peer name eth0 address 02:35:09:eb:48:49 netns ct-web
      netns attach ct-web_host 1
      netns exec ct-web_host /bin/sysctl /s
      netns del ct-web_host
      address add 10.0.0.1/32 dev ve-web
      address add fd00::1/128 dev ve-web nodad
      link set dev ve-web up
      route add 10.0.0.2/32 dev ve-web
      route add fd00::2/128 dev ve-web
      netns exec ct-web /bin/sysctl /i
      netns exec ct-web /bin/ip -batch /n
      ",
      }
    `);
  });

  test("without addresses there is a link and nothing more", () => {
    const { up, ns } = main(linkOf("web", []), { sysctls: null, insideSysctls: null });
    expect(ns).toBe("link set dev lo up\nlink set dev eth0 up\n");
    expect(up).toMatch(/ netns ct-web\nlink set dev ve-web up\nnetns exec ct-web \/bin\/ip -batch \/n\n$/);
  });

  test("settings are made while the link is down, and inside before it is up", () => {
    const { up } = main(linkOf("web", [v4]));
    const at = (line: string) => {
      const found = up.split("\n").indexOf(line);
      return found === -1 ? expect.fail(line) : found;
    };
    expect(at("netns exec ct-web_host /bin/sysctl /s")).toBeLessThan(at("link set dev ve-web up"));
    expect(at("netns exec ct-web /bin/sysctl /i")).toBeLessThan(at("netns exec ct-web /bin/ip -batch /n"));
  });

  test("a shortened interface carries its full name", () => {
    const { up, down } = main(linkOf("really-long-name", []));
    expect(up).toMatch(/^link property add dev (ve-reall_\w{6}) altname ve-really-long-name$/m);
    expect(down).toMatch(/^link del dev ve-reall_\w{6}\nnetns del ct-really-long-name\n/);
  });

  test("the link is deleted before its namespace (else a new one fails: File exists)", () => {
    expect(main(linkOf("web", [])).down).toBe("link del dev ve-web\nnetns del ct-web\nnetns del ct-web_host\n");
  });

  test("on a bridge: a port of it with no address, and inside no gateway", () => {
    const { up, ns } = main(linkOf("web", [{ ...v4, host: null }], { bridge: "br0", mac: "02:00:00:00:00:01" }));
    expect(up).toMatch(/^link add vb-web .* peer name eth0 address 02:00:00:00:00:01 /m);
    expect(up).toMatch(
      /master br0\n(?:.*\n)*link set dev vb-web addrgenmode none\nlink set dev vb-web up\nnetns exec ct-web /,
    );
    expect(up).not.toMatch(/^(address|route)/m);
    expect(ns).toBe("link set dev lo up\naddress add 10.0.0.2/24 dev eth0\nlink set dev eth0 up\n");
  });

  test("a further link is made by its name, and everything else by one that is ours", () => {
    const { up, down, ns } = networkFiles(
      networkOf("web", [linkOf("web", [v4]), extraLinkOf("web", "veth1", [v6])]),
      files,
    );
    const lines = up.split("\n").filter((line) => line.includes("veth1"));
    expect(lines.slice(0, 2)).toEqual([
      expect.stringMatching(/^link add veth1 address \S+ type veth peer name veth1 address \S+ netns ct-web$/),
      "link property add dev veth1 altname ve-web.veth1",
    ]);
    for (const line of lines.slice(2)) expect(line).toMatch(/dev ve-web\.veth1( |$)/);
    expect(down).toContain("link del dev ve-web.veth1\n");
    // Its own host's end is reached by it; the rest by the main link.
    expect(ns).toContain("route add fd00::1/128 dev veth1\n");
    expect(ns.match(/default/g)).toHaveLength(1);
  });

  test("macvlans have a fixed address, and are taken away before a new start could meet them", () => {
    const macvlan = macvlanOf("web", "eth1", "host");
    const { up, back, ns, down } = networkFiles(networkOf("web", [], { macvlans: [macvlan] }), files);
    expect(up).toContain(
      `link add link eth1 name mv-eth1 address ${macvlan.mac} netns ct-web type macvlan mode bridge\n`,
    );
    expect(back).toBe("link del dev mv-eth1\n");
    expect(down).toMatch(/^netns exec ct-web \/bin\/ip -force -batch \/b\n/);
    expect(ns).toBe("link set dev lo up\nlink set dev mv-eth1 up\n");
  });

  test("an interface of the host is given back before the namespace ends, whatever it is called by then", () => {
    const { up, back, down } = networkFiles(networkOf("web", [], { interfaces: ["eth1"] }), files);
    expect(up).toContain("link property add dev eth1 altname if-web.eth1\nlink set dev eth1 netns ct-web\n");
    expect(back).toBe(
      "link set dev if-web.eth1 down\nlink set dev if-web.eth1 name eth1\nlink set dev if-web.eth1 netns 1\n",
    );
    expect(down).toMatch(
      /^netns exec ct-web .*\nlink property del dev if-web.eth1 altname if-web.eth1\nnetns del ct-web\n/,
    );
  });

  test("answers to ::1 are let in only by links whose ports are reached from there", () => {
    const up = (...args: Parameters<typeof linkOf>) => main(linkOf(...args)).up;
    const route = /^route replace local ::1 dev (\S+) table local metric \d+$/m;
    expect(route.exec(up("web", [v6], { forwards: [forward()] }))?.[1]).toBe("ve-web");
    expect(route.exec(up("web", [v6], { forwards: [forward()], bridge: "br0" }))?.[1]).toBe("br0");
    expect(up("web", [v6])).not.toMatch(route);
    expect(up("web", [v4], { forwards: [forward()] })).not.toMatch(route);
    expect(up("web", [v6], { forwards: [forward({ hostAddress: address("fd98::1") })] })).not.toMatch(route);
    expect(up("web", [v6], { forwards: [forward({ interface: "eth1" })] })).not.toMatch(route);
  });

  test.each(["a b", "a\nb", "#", "-force", "a'b", "", "a\\"])("a word %j is refused", (word) => {
    expect(() => ipWord(word)).toThrow();
  });
});

describe("nft", () => {
  test("elements of a container with both families", () => {
    const text = nftElements([linkOf("web", [v4, v6], { forwards: [forward()] })], "add");
    expect(text).toMatchInlineSnapshot(`
      "add element inet stowage local4 { 10.0.0.2 }
      add element inet stowage self4 { 10.0.0.2 . 10.0.0.2 }
      add element inet stowage tcp4 { 8080 : 10.0.0.2 . 80 }
      add element inet stowage local6 { fd00::2 }
      add element inet stowage self6 { fd00::2 . fd00::2 }
      add element inet stowage tcp6 { 8080 : fd00::2 . 80 }
      "
    `);
  });

  test("what a port is restricted to says which map it is in", () => {
    const elements = (given: Partial<Forward>, ends = [v4, v6]) =>
      nftElements([linkOf("web", ends, { forwards: [forward(given)] })], "add")
        .split("\n")
        .flatMap((line) => /stowage ((?:tcp|udp).*)/.exec(line)?.[1] ?? []);
    expect(elements({ hostAddress: address("192.0.2.1") })).toEqual(["tcp4-to { 192.0.2.1 . 8080 : 10.0.0.2 . 80 }"]);
    expect(elements({ protocol: "udp", interface: "eth1" })).toEqual([
      'udp4-in { "eth1" . 8080 : 10.0.0.2 . 80 }',
      'udp6-in { "eth1" . 8080 : fd00::2 . 80 }',
    ]);
    expect(elements({ interface: "eth1", hostAddress: address("fd98::1") })).toEqual([
      'tcp6-in-to { "eth1" . fd98::1 . 8080 : fd00::2 . 80 }',
    ]);
    expect(elements({ hostAddress: address("fd98::1") }, [v4])).toEqual([]);
  });

  test("who would not answer by this host is asked in its name: on a bridge, on a further link", () => {
    const astray = (links: Link[]) => nftElements(links, "add").match(/astray. \{ \S+/g) ?? [];
    const forwards = [forward()];
    expect(astray([linkOf("web", [v4], { forwards })])).toEqual([]);
    expect(astray([linkOf("web", [{ ...v4, host: null }], { forwards, bridge: "br0" })])).toEqual([
      "astray4 { 10.0.0.2",
    ]);
    expect(astray([linkOf("web", [v6]), extraLinkOf("web", "veth1", [v4], { forwards })])).toEqual([
      "astray4 { 10.0.0.2",
    ]);
  });

  test("every map is asked, and by what it is keyed", () => {
    for (const map of nftBase.match(/(?<=^ {2}map )\S+/gm) ?? expect.fail("no map")) {
      const rules = nftBase.split("\n").filter((line) => line.endsWith(`@${map}`));
      expect(rules, map).toHaveLength(map.includes("-in") ? 2 : 1);
      for (const rule of rules) {
        expect(rule.includes("ifname"), rule).toBe(map.includes("-in"));
        expect(rule.includes("daddr"), rule).toBe(map.endsWith("-to"));
      }
    }
  });

  test("a closing brace has a line break or ; before it (nft 1.0.6)", () => {
    for (const line of nftBase.split("\n").filter((line) => line.includes("}"))) expect(line).toMatch(/^\s*}|; }$/);
  });
});

describe("sysctl", () => {
  test("what containers share: no forwarding, which is its own unit's", () => {
    expect(hostSysctls).toBe("fs/inotify/max_user_instances = 8192\n");
  });

  test("route_localnet only on a link with ports that are reached from 127.0.0.1", () => {
    const sysctls = (...args: Parameters<typeof linkOf>) => linkSysctls([linkOf(...args)]);
    expect(sysctls("web", [v4])).not.toContain("route_localnet");
    expect(sysctls("web", [v4], { forwards: [forward({ hostAddress: address("192.0.2.1") })] })).not.toContain(
      "route_localnet",
    );
    expect(sysctls("web", [v6], { forwards: [forward()] })).not.toContain("route_localnet");
    expect(sysctls("web", [v4], { forwards: [forward()] })).toMatchInlineSnapshot(`
      "-net/ipv6/conf/ve-web/accept_ra = 0
      -net/ipv6/conf/ve-web/accept_redirects = 0
      net/ipv4/conf/ve-web/accept_redirects = 0
      net/ipv4/conf/ve-web/send_redirects = 0
      net/ipv4/conf/ve-web/forwarding = 1
      net/ipv4/conf/ve-web/route_localnet = 1
      "
    `);
  });

  test("a port of a bridge needs no settings; the bridge does, for 127.0.0.1", () => {
    expect(linkSysctls([linkOf("web", [v4], { bridge: "br0" })])).toBe("");
    expect(linkSysctls([linkOf("web", [v4], { bridge: "br0", forwards: [forward()] })])).toBe(
      "net/ipv4/conf/br0/route_localnet = 1\n",
    );
  });
});

test("hosts entries without prefix length, both families", () => {
  expect(hostsText(hostsEntries(networkOf("web", [linkOf("web", [v4, v6])])))).toBe(
    "10.0.0.2 web.containers\nfd00::2 web.containers\n",
  );
});

test("a further link has a name of its own, and the container's where the main link has none", () => {
  const links = [linkOf("web", [v4]), extraLinkOf("web", "veth1", [v4, v6])];
  expect(hostsText(hostsEntries(networkOf("web", links)))).toBe(
    "10.0.0.2 web.containers\n10.0.0.2 veth1.web.containers\nfd00::2 web.containers veth1.web.containers\n",
  );
});

test("network managers are kept off our links, and off no others", () => {
  const names = ["ve-db", "ve-web"];
  expect(networkdUnmanaged(names)).toBe("[Match]\nName=ve-db ve-web\n\n[Link]\nUnmanaged=yes\n");
  expect(networkManagerUnmanaged(names)).toContain("match-device=interface-name:ve-db,interface-name:ve-web\n");
});

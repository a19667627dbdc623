/**
 * The texts, given to the real ip, nft and systemd-sysctl in namespaces of their own: two containers' links, a
 * neighbour on another network, and who reaches whom. Needs root; nothing of the machine's own network is touched.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  forwarding4,
  forwarding6,
  insideSysctls,
  type LinkEnds,
  linkOf,
  linkSysctls,
  networkFiles,
  networkOf,
  nftBase,
  nftBaseDown,
  nftElements,
  parseAddress,
} from "../../src/network/index.ts";

const address = (text: string) => parseAddress(text) ?? expect.fail(text);
const ends = (family: 4 | 6, host: string, local: string): LinkEnds => ({
  family,
  host: address(host),
  local: address(local),
});
const forwards = [
  { protocol: "tcp", hostPort: 8080, containerPort: 80, hostAddress: null, interface: null },
  { protocol: "udp", hostPort: 5353, containerPort: 53, hostAddress: null, interface: null },
  { protocol: "tcp", hostPort: 8081, containerPort: 80, hostAddress: address("192.0.2.1"), interface: null },
  { protocol: "tcp", hostPort: 8082, containerPort: 80, hostAddress: null, interface: "uplink" },
  { protocol: "tcp", hostPort: 8083, containerPort: 80, hostAddress: address("fd98::1"), interface: "uplink" },
  { protocol: "tcp", hostPort: 8084, containerPort: 80, hostAddress: null, interface: "lo" },
] as const;
const web = linkOf("web", [ends(4, "10.99.0.1", "10.99.0.2"), ends(6, "fd99::1", "fd99::2")], { forwards });
const other = linkOf("really-long-name", [ends(4, "10.99.1.1", "10.99.1.2")]);
/** Runs in fresh network and mount namespaces. What it prints, a line `name=value` each, is the result. */
const steps = `
set -e
mount -t tmpfs tmpfs /run
ip link set lo up
sysctl=/usr/lib/systemd/systemd-sysctl
$sysctl $PWD/host.sysctl
nft -f base.nft
ip netns add lan
ip link add uplink type veth peer name lan0 netns lan
ip addr add 192.0.2.1/24 dev uplink; ip addr add fd98::1/64 dev uplink nodad; ip link set uplink up
ip -n lan addr add 192.0.2.9/24 dev lan0; ip -n lan addr add fd98::9/64 dev lan0 nodad; ip -n lan link set lan0 up
up() { ip -batch $1.up; }
up web
up other
nft -f web.add
serve='require("http").createServer((q,s)=>s.end(q.socket.remoteAddress.replace("::ffff:",""))).listen'
# Closed outputs: the children must not hold the test's pipe when this script has ended.
exec 3>&1
dgram=';const d=require("dgram").createSocket("udp6");d.on("message",(m,r)=>d.send(r.address.replace("::ffff:",""),r.port,r.address));d.bind(53)'
ip netns exec ct-web node -e "$serve"'(80,"::")'"$dgram" >/dev/null 2>&1 3>&- & webpid=$!
node -e "$serve"'(9999,"127.0.0.1")' >/dev/null 2>&1 3>&- & hostpid=$!
trap 'kill $webpid $hostpid' EXIT
get() { echo "$1=$(shift; "$@" || true)"; }
curl="curl -s -m 2 -g"
for i in $(seq 50); do $curl http://10.99.0.2/ >/dev/null && $curl http://127.0.0.1:9999/ >/dev/null && break; sleep 0.1; done
get direct4 $curl http://10.99.0.2/
get direct6 $curl http://[fd99::2]/
get loopback $curl http://127.0.0.1:8080/
get loopback6 $curl http://[::1]:8080/
udp='const d=require("dgram").createSocket(process.argv[1].includes(":")?"udp6":"udp4");d.on("message",(m)=>{console.log(""+m);process.exit()});d.send("x",5353,process.argv[1]);setTimeout(()=>process.exit(),1500)'
get udp4 node -e "$udp" 127.0.0.1
get udp6 node -e "$udp" ::1
get udplan ip netns exec lan node -e "$udp" fd98::1
get to $curl http://192.0.2.1:8081/
get tonot $curl http://127.0.0.1:8081/
get in ip netns exec lan $curl http://192.0.2.1:8082/
get innot $curl http://192.0.2.1:8082/
get into ip netns exec lan $curl http://[fd98::1]:8083/
get intonot ip netns exec lan $curl http://192.0.2.1:8083/
get inlo $curl http://127.0.0.1:8084/
get inlo6 $curl http://[::1]:8084/
get inlonot ip netns exec lan $curl http://192.0.2.1:8084/
get own $curl http://192.0.2.1:8080/
get own6 $curl http://[fd98::1]:8080/
get gateway $curl http://10.99.0.1:8080/
get lan ip netns exec lan $curl http://192.0.2.1:8080/
get lan6 ip netns exec lan $curl http://[fd98::1]:8080/
get self ip netns exec ct-web $curl http://10.99.0.1:8080/
get self6 ip netns exec ct-web $curl http://[fd99::1]:8080/
get sibling ip netns exec ct-really-long-name $curl http://10.99.1.1:8080/
get altname sh -c 'ip -o link show ve-really-long-name | cut -d" " -f2 | cut -d@ -f1'
get port ip netns exec ct-web cat /proc/sys/net/ipv4/ip_unprivileged_port_start
# A container that takes away its own loopback and sends packets for 127.0.0.1 to the host.
ip -n ct-web addr del 127.0.0.1/8 dev lo
ip -n ct-web route add 127.0.0.1 via 10.99.0.1
ip netns exec ct-web sh -c 'echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet'
get guarded ip netns exec ct-web $curl http://127.0.0.1:9999/
nft flush chain inet stowage guard
get unguarded ip netns exec ct-web $curl http://127.0.0.1:9999/
# Loading the table anew renews the rules and keeps the elements.
nft -f base.nft
get again $curl http://192.0.2.1:8080/
get rules sh -c 'nft list chain inet stowage guard | grep -c drop'
nft -f web.delete
get closed $curl http://192.0.2.1:8080/
for i in 1 2 3 4 5; do ip -force -batch web.down 2>/dev/null || :; up web; done
get handle sh -c 'ip netns list | grep -c _host || true'
ip -force -batch web.down 2>/dev/null || :; ip -force -batch other.down 2>/dev/null || :
get left sh -c 'ip -o link | grep -c ve- || true'
nft -f down.nft
`;

const isRoot = process.getuid?.() === 0;
let dir: string;
let seen: Record<string, string>;

beforeAll(() => {
  if (!isRoot) return;
  dir = mkdtempSync(join(tmpdir(), "stowage-network-"));
  const write = (name: string, text: string) => writeFileSync(join(dir, name), `# first line\n${text}`);
  for (const [name, link] of [["web", web] as const, ["other", other] as const]) {
    const file = (part: string) => join(dir, `${name}.${part}`);
    const { up, ns, down } = networkFiles(networkOf(link.container, [link]), {
      ip: "/usr/sbin/ip",
      sysctl: "/usr/lib/systemd/systemd-sysctl",
      sysctls: file("sysctl"),
      insideSysctls: join(dir, "inside.sysctl"),
      ns: file("ns"),
      back: file("back"),
    });
    for (const [part, text] of Object.entries({ up, ns, down })) write(`${name}.${part}`, text);
    write(`${name}.sysctl`, linkSysctls([link]));
  }
  write("inside.sysctl", insideSysctls);
  write("host.sysctl", `${forwarding4.setting}\n${forwarding6.setting}\n`);
  write("base.nft", nftBase);
  write("down.nft", nftBaseDown);
  for (const command of ["add", "delete"] as const) write(`web.${command}`, nftElements([web], command));
  const out = execFileSync("unshare", ["-n", "-m", "-p", "-f", "--mount-proc", "bash", "-c", steps], {
    cwd: dir,
    encoding: "utf8",
    // Nothing of a proxy.
    env: { PATH: process.env.PATH },
  });
  seen = Object.fromEntries(
    out
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
}, 60_000);

afterAll(() => {
  if (isRoot) rmSync(dir, { recursive: true });
});

describe.skipIf(!isRoot)("a forwarded port, and what it must not open", () => {
  test.each<[string, string | RegExp, string]>([
    ["direct4", "10.99.0.1", "the host reaches the container itself"],
    ["direct6", "fd99::1", "and over IPv6"],
    ["loopback", "10.99.0.1", "127.0.0.1 of the host"],
    ["loopback6", "fd99::1", "::1 of the host"],
    ["udp4", "10.99.0.1", "UDP from 127.0.0.1"],
    ["udp6", "fd99::1", "UDP from ::1"],
    ["udplan", "fd98::9", "UDP from another machine"],
    ["to", "192.0.2.1", "an address that the port is restricted to"],
    ["tonot", "", "no other address"],
    ["in", "192.0.2.9", "an interface that the port is restricted to"],
    ["innot", "", "what the host itself sends comes in by lo"],
    ["into", "fd98::9", "both restrictions"],
    ["intonot", "", "the interface, and not the address"],
    ["inlo", "10.99.0.1", "the host itself, as interface lo"],
    ["inlo6", "fd99::1", "the host itself over IPv6"],
    ["inlonot", "", "and nobody else"],
    ["handle", "0", "the host's namespace has no name afterwards"],
    ["own", "192.0.2.1", "the host's own address"],
    ["own6", "fd98::1", "its own IPv6 address"],
    ["gateway", "10.99.0.1", "the host's end of the link"],
    ["lan", "192.0.2.9", "another machine, whose address the container sees"],
    ["lan6", "fd98::9", "another machine over IPv6"],
    ["self", "10.99.0.1", "the container itself by the host's address"],
    ["self6", "fd99::1", "the same over IPv6"],
    ["sibling", "10.99.1.2", "another container by the host's address"],
    ["altname", /^ve-reall_\w{6}$/, "the full name finds the shortened interface"],
    ["port", "0", "anybody inside may bind low ports"],
    ["guarded", "", "a container cannot reach what listens on the host's 127.0.0.1"],
    ["unguarded", "10.99.0.2", "which it could without the guard"],
    ["again", "192.0.2.1", "a renewed table keeps the forwards"],
    ["rules", "2", "and has each rule once"],
    ["closed", "", "a stopped container's port is closed"],
    ["left", "0", "links are gone, five times in a row without a clash"],
  ])("%s: %s", (name, expected) => {
    if (typeof expected === "string") expect(seen[name]).toBe(expected);
    else expect(seen[name]).toMatch(expected);
  });
});

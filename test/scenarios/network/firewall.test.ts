/** A container's firewall: what is open is reached from everywhere, what is not from nowhere; changed while it runs. */
import { expect } from "vitest";
import { hostWith } from "../configurations.ts";
import { eventually, type Machine, scenario } from "../harness.ts";

/** Answers on a UDP port in both families, with the port's number. */
const udpServer = `use IO::Socket::IP; my $s = IO::Socket::IP->new(LocalHost => "::", LocalPort => $ARGV[0], Proto => "udp", V6Only => 0) or die $@;
while (defined(my $from = $s->recv(my $said, 100))) { $s->send("port $ARGV[0]", 0, $from) }`;

const service = (port: number) =>
  `udp${port}: { wantedBy: ["multi-user.target"], serviceConfig: { ExecStart: "/usr/bin/perl /etc/udp.pl ${port}" } }`;

/** nginx on 80 and 81, the server above on 5300 and 5301. */
const system = (firewall: string): string => `{
  packages: ["nginx-light"],
  networking: { firewall: ${firewall} },
  environment: { etc: {
    "nginx/sites-enabled/default": { text: "server { listen 80; listen [::]:80; listen 81; listen [::]:81; root /etc/site; }\\n" },
    "site/index.html": { text: "a page\\n" },
    "udp.pl": { text: ${JSON.stringify(udpServer)} },
  } },
  systemd: { services: { nginx: { wantedBy: ["multi-user.target"] }, ${service(5300)}, ${service(5301)} } },
}`;

const link = (n: number) => `\n      autoStart: true, privateNetwork: true,
      hostAddress: "10.233.${n}.1", localAddress: "10.233.${n}.2",
      hostAddress6: "fd00:233:${n}::1", localAddress6: "fd00:233:${n}::2",`;

const forwards = [
  "{ hostPort: 10080, containerPort: 80 }",
  "{ hostPort: 10081, containerPort: 81 }",
  '{ hostPort: 10300, containerPort: 5300, protocol: "udp" }',
  '{ hostPort: 10301, containerPort: 5301, protocol: "udp" }',
].join(", ");

const hostOf = (firewall: string): string =>
  hostWith({
    web: `${link(1)}\n      forwardPorts: [${forwards}],\n      config: ${system(firewall)},`,
    // Its root rules its network, and from its one interface everything is let in.
    other: `${link(2)} privateUsers: "no",
      config: ${system('{ enable: true, trustedInterfaces: ["eth0"] }')},`,
  });

/** Prints what a port says: an answer, or why there is none. */
const asking = `use IO::Socket::IP; my ($proto, $host, $port) = @ARGV;
my $s = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Proto => $proto, Timeout => 1);
if (!$s) { print $! =~ /refused/ ? "refused" : "silent"; exit }
print {$s} $proto eq "udp" ? "?" : "GET / HTTP/1.0\\r\\n\\r\\n"; $s->flush;
my $bits = ""; vec($bits, fileno($s), 1) = 1;
if (!select($bits, undef, undef, 1)) { print "silent"; exit }
print defined(sysread($s, my $said, 15)) ? "answer" : "refused"`;

type Asker = (argv: readonly string[]) => Promise<string>;
type Answer = "answer" | "silent" | "refused";

interface Port {
  readonly inside: number;
  readonly forwarded: number;
  readonly protocol: "tcp" | "udp";
}

const ports: readonly Port[] = [
  { inside: 80, forwarded: 10080, protocol: "tcp" },
  { inside: 81, forwarded: 10081, protocol: "tcp" },
  { inside: 5300, forwarded: 10300, protocol: "udp" },
  { inside: 5301, forwarded: 10301, protocol: "udp" },
];

const ask = (asker: Asker, port: Port, address: string, forwarded = false): Promise<string> =>
  asker(["/usr/bin/perl", "-e", asking, port.protocol, address, `${forwarded ? port.forwarded : port.inside}`]);

/** From the host, from another container, and from another machine by the forwarded ports, in both families. */
async function everywhere(host: Machine, outside: Asker, port: Port): Promise<Record<string, string>> {
  const [own, other]: Asker[] = [(argv) => host.must(argv), (argv) => host.inside("other", argv)] as const;
  const asked = {
    "host, IPv4": ask(own!, port, "10.233.1.2"),
    "host, IPv6": ask(own!, port, "fd00:233:1::2"),
    "container, IPv4": ask(other!, port, "10.233.1.2"),
    "forwarded, IPv4": ask(outside, port, host.address, true),
    "forwarded, IPv6": ask(outside, port, host.address6, true),
    "forwarded, 127.0.0.1": ask(own!, port, "127.0.0.1", true),
  };
  const entries = Object.entries(asked).map(async ([from, answer]) => [from, await answer] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Tried again: on a busy machine an answer may take longer than one asks. */
async function expectAnswers(host: Machine, outside: Asker, expected: Readonly<Record<number, Answer>>): Promise<void> {
  await eventually(async () => {
    const seen = await Promise.all(ports.map((port) => everywhere(host, outside, port)));
    for (const [at, port] of ports.entries())
      for (const [from, answer] of Object.entries(seen[at] ?? {}))
        expect(`${port.inside} from ${from}: ${answer}`).toBe(`${port.inside} from ${from}: ${expected[port.inside]}`);
  });
}

/** What differs once anything was started again. */
const identity = async (host: Machine): Promise<string[]> => [
  await host.must(["machinectl", "show", "--property=Leader", "--value", "web"]),
  await host.property("container@web.service", "InvocationID"),
  await host.property("container-net@web.service", "InvocationID"),
  await host.inside("web", ["systemctl", "show", "--property=MainPID", "nginx"]),
];

const tables = (host: Machine): Promise<string> =>
  host.must(["ip", "netns", "exec", "ct-web", "nft", "list", "tables"]);

/** A connection that is open before a switch, and asks for the page after it. */
async function heldConnection(host: Machine): Promise<() => Promise<string>> {
  const program = `use IO::Socket::IP; my $s = IO::Socket::IP->new(PeerHost => "10.233.1.2", PeerPort => 80) or die $@;
open my $f, ">", "/run/held"; close $f; select undef, undef, undef, 0.05 until -e "/run/go";
print {$s} "GET / HTTP/1.0\\r\\n\\r\\n"; $s->flush; open $f, ">", "/run/answer.new"; print {$f} <$s>; close $f; rename "/run/answer.new", "/run/answer"`;
  await host.must(["systemd-run", "--quiet", "--unit=held", "/usr/bin/perl", "-e", program.replaceAll("$", "$$")]);
  await eventually(() => host.must(["test", "-e", "/run/held"]));
  return async () => {
    await host.must(["touch", "/run/go"]);
    await eventually(() => host.must(["test", "-e", "/run/answer"]));
    return host.get("/run/answer");
  };
}

scenario(
  "open ports are reached and closed ones are not; a switch exchanges the rules of a running container",
  async ({ host }) => {
    const neighbour = await host.neighbour();
    const outside: Asker = (argv) => neighbour.must(argv);
    await host.configure(hostOf("{ enable: true, allowedTCPPorts: [80], allowedUDPPorts: [5300] }"));
    const checked = await host.tryStowage(["check"]);
    expect(checked.stderr).toMatch(
      /warning\[forwarded-port-closed\].*port 10081\/tcp of the host leads to port 81 of container web/,
    );
    expect(checked.stderr).toContain("port 10301/udp of the host leads to port 5301");
    await host.stowage(["switch"]);
    await expectAnswers(host, outside, { 80: "answer", 81: "silent", 5300: "answer", 5301: "silent" });
    for (const address of ["10.233.1.2", "fd00:233:1::2"]) await host.must(["ping", "-c1", "-W2", address]);
    expect(await tables(host)).toBe("table inet stowage_firewall\n");
    // From its trusted interface everything: to the other container's port, which nobody opened.
    expect(await ask((argv) => host.must(argv), ports[1]!, "10.233.2.2")).toBe("answer");

    // Root inside, with the host's nft: the rules are not its own.
    const leader = (await host.must(["machinectl", "show", "--property=Leader", "--value", "web"])).trim();
    const flush = ["nsenter", `--target=${leader}`, "--user", "--net", "nft", "flush", "ruleset"];
    expect((await host.run(flush)).stderr).toMatch(/not permitted/);

    const before = await identity(host);
    const held = await heldConnection(host);
    const plan = await host.switchTo(
      hostOf(
        "{ enable: true, allowedTCPPorts: [81], allowedUDPPortRanges: [{ from: 5301, to: 5399 }], rejectPackets: true }",
      ),
    );
    expect(plan).toMatch(/reload +container-net@web\.service {2}\(its firewall changed\)/);
    await expectAnswers(host, outside, { 80: "refused", 81: "answer", 5300: "refused", 5301: "answer" });
    expect(await held()).toContain("a page");

    await host.switchTo(hostOf("{ enable: false }"));
    expect(await tables(host)).toBe("");
    await expectAnswers(host, outside, { 80: "answer", 81: "answer", 5300: "answer", 5301: "answer" });
    await host.switchTo(hostOf("{ enable: true, allowPing: false }"));
    expect(await identity(host)).toEqual(before);
    await expectAnswers(host, outside, { 80: "silent", 81: "silent", 5300: "silent", 5301: "silent" });
    expect((await host.run(["ping", "-c1", "-W1", "10.233.1.2"])).code).not.toBe(0);
    expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });

    // A crash: it starts again behind its firewall; and a stop leaves nothing.
    await host.must(["systemctl", "kill", "--signal=KILL", "container@web.service"]);
    await eventually(async () => {
      expect(await host.property("container@web.service", "ActiveState")).toBe("active");
      expect(await identity(host)).not.toEqual(before);
    });
    expect(await tables(host)).toBe("table inet stowage_firewall\n");
    expect(await ask((argv) => host.must(argv), ports[0]!, "10.233.1.2")).toBe("silent");
    await host.stowage(["stop", "web"]);
    await eventually(async () => expect(await host.must(["ip", "netns"])).not.toContain("ct-web"));
    expect(await host.must(["nft", "list", "tables"])).not.toContain("stowage_firewall");
  },
  { on: "trixie" },
);

/** What would keep packets and names from containers. */
import { containersOf, type Facts, hasPodmanPorts, hasPorts } from "../facts.ts";
import { type Finding, judge } from "../finding.ts";

export function forwarding(facts: Facts): Finding[] {
  const { forward, active } = facts;
  const concerned = hasPorts(facts);
  const ofPodman = hasPodmanPorts(facts);
  const drops = forward.dropping.length > 0 && !forward.acceptedByDocker;
  return [
    judge("forward-policy", !drops, "forwarded packets are not dropped", {
      state: concerned || ofPodman ? "problem" : "note",
      what: `forwarded packets are dropped by ${forward.dropping.join(", ")}`,
      why: "forwarded ports are then reached from this machine only, and containers do not reach each other over the host",
      mend: ofPodman ? `${accepting(active)}; for podman also to "podman*" and "stowage*"` : accepting(active),
    }),
    judge(
      "ip-forward",
      forward.enabled4 || !concerned,
      forward.enabled4 ? "IPv4 is forwarded" : "IPv4 need not be forwarded",
      {
        state: "note",
        what: "net.ipv4.ip_forward is 0, and a container has forwarded ports",
        why: "it is switched on when such a container starts; something may have switched it off again",
        mend: "sysctl net.ipv4.ip_forward=1, and look for files in /etc/sysctl.d that say 0",
      },
    ),
  ];
}

function accepting(active: readonly string[]): string {
  if (active.includes("ufw.service"))
    return "ufw route allow out on ve-NAME, for each container, or DEFAULT_FORWARD_POLICY in /etc/default/ufw";
  if (active.includes("firewalld.service"))
    return "firewall-cmd --permanent --zone=trusted --add-interface=ve-NAME, for each container; firewall-cmd --reload";
  return 'accept in that chain what goes to and comes from "ve-*" and "vb-*"';
}

export function managers({ active, forward }: Facts): Finding[] {
  const denied = /^\s*denyinterfaces\b.*\bve-\*/m.test(forward.dhcpcd ?? "");
  return [
    judge("dhcpcd", !active.includes("dhcpcd.service") || denied, "no DHCP client of dhcpcd's on links of containers", {
      state: "note",
      what: "dhcpcd runs, and may configure the links of containers",
      why: "it takes every interface that nobody forbids it",
      mend: 'add "denyinterfaces ve-* vb-*" to /etc/dhcpcd.conf; systemctl restart dhcpcd',
    }),
  ];
}

/** The same rule as the program's that writes containers' files (src/runtimes/nspawn/resolv.ts). */
export function hasUsableServer(text: string): boolean {
  return text.split("\n").some((line) => {
    const [word, server = ""] = line.trim().split(/\s+/);
    return word === "nameserver" && server !== "" && !/^(127\.|::ffff:127\.|(0|0\.0\.0\.0|::|::1)$)|%/i.test(server);
  });
}

export function names(facts: Facts): Finding[] {
  const { sources, nsswitch } = facts.resolver;
  const hosts = /^hosts:(.*)$/m.exec(nsswitch ?? "")?.[1];
  const separate = containersOf(facts).some(({ addresses }) => addresses.length > 0);
  return [
    judge(
      "name-servers",
      sources.some((text) => hasUsableServer(text ?? "")),
      "containers can ask the host's name servers",
      {
        state: separate ? "problem" : "note",
        what: "no name server of the host can be reached from a container with its own network",
        why: "those of /etc/resolv.conf are on the host's loopback, and nothing says which servers are behind them",
        mend: "use systemd-resolved, or name a server on an address of a network in /etc/resolv.conf",
      },
    ),
    judge(
      "nss-files",
      hosts === undefined || /\bfiles\b/.test(hosts),
      "names of containers are looked up in /etc/hosts",
      {
        state: "note",
        what: `/etc/nsswitch.conf looks up hosts by${hosts}, and not by files`,
        why: "<name>.containers stands in /etc/hosts",
        mend: 'add "files" to the line "hosts:" of /etc/nsswitch.conf',
      },
    ),
  ];
}

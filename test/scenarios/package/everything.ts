/** A whole machine, to be compared with itself: what a package, a switch and their end may leave behind anywhere. */
import type { Machine } from "../harness.ts";

/**
 * Constant shell text. Left out is what apt, dpkg and systemd keep of their own doings: lists, logs, caches, seeds, times.
 * Services that systemd starts when they are asked for go on (machined), as does the mount that ip(8) makes once and for all. A lab
 * host's /var/lib/stowage is a mount of the lab's. Directories have times of their own whenever something in them came and went, so only files' contents count.
 */
const probes = {
  files: `find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /root \\
      -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/systemd -o -path /var/cache/apt -o -path /var/cache/debconf \\
      -o -path /var/cache/ldconfig -o -path /var/log -o -path /var/tmp -o -name '__pycache__' \\) -prune -o -printf '%y %m %U:%G %p %l\\n' |
    grep -v ' /var/lib/stowage $'`,
  contents: "find /etc /usr/local -xdev -type f ! -name '.updated' ! -path /etc/ld.so.cache -exec sha256sum {} +",
  installed: "dpkg-query --show",
  units:
    "systemctl list-units --all --plain --no-legend --type=service,socket,path,mount,timer | awk '{ print $1, $3 }' | grep -vE '^(run-netns.mount|systemd-machined.service) '",
  unitFiles: "systemctl list-unit-files --no-legend | awk '{ print $1, $2 }'",
  nft: "nft --stateless list ruleset",
  links:
    "ip -oneline address show | awk '{ print $2, $3, $4 }'; ip route show; ip -6 route show | grep -v '^fe80' || :",
  settings: "sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding",
} as const;

type Everything = Readonly<Record<keyof typeof probes, readonly string[]>>;

export async function everythingOn(host: Machine): Promise<Everything> {
  const taken: Record<string, string[]> = {};
  for (const [kind, script] of Object.entries(probes)) {
    taken[kind] = (await host.sh(script, { timeout: 120_000 })).split("\n").filter(Boolean).sort();
  }
  return taken as unknown as Everything;
}

/** Line by line what is there of one alone, so that a failure shows what was left, and not a whole machine. */
export function differences(before: Everything, after: Everything): Record<string, string[]> {
  const alone = (a: readonly string[], b: readonly string[]) => {
    const other = new Set(b);
    return a.filter((line) => !other.has(line));
  };
  return Object.fromEntries(
    (Object.keys(probes) as (keyof Everything)[]).map((kind) => [
      kind,
      [
        ...alone(before[kind], after[kind]).map((line) => `- ${line}`),
        ...alone(after[kind], before[kind]).map((line) => `+ ${line}`),
      ],
    ]),
  );
}

/** Forwarding stays on until the next boot, as others may have come to need it: docs/design/running-container.md. */
export const onlyForwarding = {
  ...Object.fromEntries(Object.keys(probes).map((kind) => [kind, []])),
  settings: ["- net.ipv4.ip_forward = 0", "+ net.ipv4.ip_forward = 1"],
};

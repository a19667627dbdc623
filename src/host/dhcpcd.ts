/**
 * dhcpcd, which has no directory for files of others: what it leaves alone stands in /etc/dhcpcd.conf alone. Run for all
 * interfaces, as dhcpcd.service does, 9.4 (Debian 12) and 10.1 (Debian 13) ask for addresses on every veth, also those of
 * containers, where whoever is root inside may answer. Bridges they pass over. Facts: dhcpcd.conf(5).
 */
import type { Problem } from "../error.ts";

export const dhcpcdUnit = "dhcpcd.service";
export const dhcpcdFile = "/etc/dhcpcd.conf";

/** Those of `names` that a dhcpcd with this configuration sets up. */
export function dhcpcdTakes(configuration: string, names: readonly string[]): string[] {
  const [deny, allow] = ["denyinterfaces", "allowinterfaces"].map((key) => patternsOf(configuration, key));
  return names.filter((name) => {
    if (deny?.some((pattern) => pattern.test(name))) return false;
    return allow === undefined || allow.length === 0 || allow.some((pattern) => pattern.test(name));
  });
}

/**
 * What a person must do where dhcpcd runs, since no file of ours can; null where nothing.
 * @param configuration text of {@link dhcpcdFile}, "" where there is none
 * @param names links of containers
 */
export function dhcpcdProblem(configuration: string, names: readonly string[]): Problem | null {
  const taken = dhcpcdTakes(configuration, names);
  if (taken.length === 0) return null;
  const shown = taken.length > 3 ? `${taken.slice(0, 2).join(", ")} and ${taken.length - 2} more` : taken.join(", ");
  const words = [...new Set(taken.map((name) => /^v[eb]-/.exec(name)?.[0].concat("*") ?? name))].sort();
  return {
    code: "dhcpcd-takes-links",
    message: `dhcpcd runs, and sets up links of containers: ${shown}`,
    details: ["what a container answers there can become an address or a route of this host"],
    hint: `add the line "denyinterfaces ${words.join(" ")}" to ${dhcpcdFile}, then: systemctl restart ${dhcpcdUnit}`,
  };
}

/** Words of every line with this key, before the first block for one interface. They are patterns of fnmatch(3). */
function patternsOf(configuration: string, key: string): RegExp[] {
  const [common = ""] = configuration.split(/^\s*(?:interface|ssid|profile)\s/m);
  return common.split("\n").flatMap((line) => {
    const [first, ...words] = line.replace(/#.*/, "").trim().split(/\s+/);
    return first === key ? words.map(pattern) : [];
  });
}

const pattern = (text: string): RegExp => {
  const source = text
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("[!", "[^")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  try {
    return new RegExp(`^${source}$`);
  } catch {
    // A bracket that is never closed means itself.
    return new RegExp(`^${source.replaceAll("[", "\\[")}$`);
  }
};

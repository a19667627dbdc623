/**
 * What a container's toplevel says of names: /etc/resolv.conf and /etc/hosts. Both lead to files of the host's, so that a
 * change there is seen inside at once. See docs/design/names.md.
 */
import { loopbackHosts } from "../network/index.ts";
import type { ContainerConfig, SystemConfig } from "../options/index.ts";
import { insideHosts, insideResolv } from "../runtimes/nspawn/index.ts";
import type { EtcFile } from "../systems/recipe.ts";
import { etcText } from "./inner-etc.ts";
import type { InnerParts } from "./inner-units.ts";
import { joinedFile } from "./joined-file.ts";

/** What matters here of a container, beside what its system says. */
export type NamesOutside = Pick<
  ContainerConfig,
  "copyResolvConf" | "localAddress" | "localAddress6" | "extraVeths" | "networkNamespace"
>;

export interface InnerNames extends InnerParts {
  readonly etc: Readonly<Record<string, EtcFile>>;
  /** Links below /etc to what is not in the toplevel. */
  readonly etcLinks: Readonly<Record<string, string>>;
}

/** What is declared with `environment.etc` takes the place of both. */
export function innerNames(name: string, system: SystemConfig, outside: NamesOutside): InnerNames {
  const declared = (path: string) => system.environment.etc[path]?.enable === true;
  const resolv = declared("resolv.conf") ? nothing : innerResolv(system.networking, outside);
  const hosts = declared("hosts") ? nothing : innerHosts(name, system.networking, outside);
  return {
    etc: { ...resolv.etc, ...hosts.etc },
    etcLinks: { ...resolv.etcLinks, ...hosts.etcLinks },
    units: { ...resolv.units, ...hosts.units },
    unitLinks: { ...resolv.unitLinks, ...hosts.unitLinks },
    bin: { ...resolv.bin, ...hosts.bin },
  };
}

type Networking = SystemConfig["networking"];

const nothing: InnerNames = { etc: {}, etcLinks: {}, units: {}, unitLinks: {}, bin: {} };

/** Facts: resolv.conf(5). Of `domain` and `search` the last one counts: there is one of them. */
function innerResolv({ nameservers, search, domain }: Networking, { copyResolvConf }: NamesOutside): InnerNames {
  const domains = search.length > 0 ? search : domain === null ? [] : [domain];
  const own = [
    ...(domains.length > 0 ? [`search ${domains.join(" ")}`] : []),
    ...nameservers.map((one) => `nameserver ${one}`),
  ];
  if (own.length === 0) return copyResolvConf ? { ...nothing, etcLinks: { "resolv.conf": insideResolv } } : nothing;
  const text = own.map((line) => `${line}\n`).join("");
  if (nameservers.length > 0 || !copyResolvConf) return { ...nothing, etc: { "resolv.conf": etcText(text) } };
  const joined = joinedFile({
    name: "declared-resolv",
    description: "Name servers of the host, with domains of this container",
    program: resolvProgram,
    declared: text,
    watched: insideResolv,
  });
  return { ...joined, etc: { "resolv.conf.declared": etcText(text) }, etcLinks: { "resolv.conf": joinedResolv } };
}

function innerHosts(name: string, { hostName, domain, extraHosts }: Networking, outside: NamesOutside): InnerNames {
  const own = hostName ?? name;
  if (isListed(outside) && own === name && domain === null && extraHosts === "") {
    return { ...nothing, etcLinks: { hosts: insideHosts } };
  }
  const text = ownHosts(own, domain, extraHosts);
  const joined = joinedFile({
    name: "declared-hosts",
    description: "Names of this container and of the others",
    program: hostsProgram,
    declared: text,
    watched: insideHosts,
  });
  return { ...joined, etc: { "hosts.declared": etcText(text) }, etcLinks: { hosts: joinedHosts } };
}

/** Whether the file that all share has the container's own name. */
function isListed(outside: NamesOutside): boolean {
  if (outside.networkNamespace !== null) return false;
  const links = [outside, ...Object.values(outside.extraVeths)];
  return links.some(({ localAddress, localAddress6 }) => localAddress !== null || localAddress6 !== null);
}

/** The container knows itself by loopback, as in NixOS: its own name must work before and without any network. */
function ownHosts(hostName: string, domain: string | null, extra: string): string {
  // The full name first: that is what it is asked for as (hostname --fqdn).
  const names = domain === null ? hostName : `${hostName}.${domain} ${hostName}`;
  const own = `${loopbackHosts}127.0.0.2 ${names}\n::1 ${names}\n`;
  return extra === "" ? own : `${own}${extra.endsWith("\n") ? extra : `${extra}\n`}`;
}

const joinedHosts = "/run/hosts";
const joinedResolv = "/run/resolv.conf";

/** Text of a program, the same for all: where both files have a name, only the declared one counts. */
const hostsProgram = `#!/usr/bin/awk -f
# Made by stowage. /etc/hosts of this container: what it declares, then the other containers.
BEGIN {
  while ((getline line < "/etc/hosts.declared") > 0) {
    text = text line "\\n"
    sub(/#.*/, "", line)
    count = split(line, words)
    for (at = 2; at <= count; at++) declared[tolower(words[at])]
  }
  while ((getline line < "${insideHosts}") > 0) {
    sub(/#.*/, "", line)
    count = split(line, words)
    names = ""
    for (at = 2; at <= count; at++) if (!(tolower(words[at]) in declared)) names = names " " words[at]
    if (names != "") text = text words[1] names "\\n"
  }
  printf "%s", text >"${joinedHosts}"
}
`;

/** Text of a program, the same for all. */
const resolvProgram = `#!/usr/bin/awk -f
# Made by stowage. /etc/resolv.conf of this container: its own domains, and the host's name servers.
BEGIN {
  while ((getline line < "/etc/resolv.conf.declared") > 0) text = text line "\\n"
  while ((getline line < "${insideResolv}") > 0) if (line !~ /^[ \\t]*(search|domain)[ \\t]/) text = text line "\\n"
  printf "%s", text >"${joinedResolv}"
}
`;

/**
 * What a container's toplevel says of names: /etc/resolv.conf and /etc/hosts. Both lead to files of the host's, so that a
 * change there is seen inside at once. See docs/design/names.md.
 */
import { loopbackHosts } from "../network/index.ts";
import type { ContainerConfig, SystemConfig } from "../options/index.ts";
import { insideHosts, insideResolv } from "../runtimes/nspawn/index.ts";
import type { EtcFile } from "../systems/recipe.ts";
import { render } from "../units/index.ts";
import type { InnerParts } from "./inner-units.ts";

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
  const resolv: Record<string, string> =
    outside.copyResolvConf && !declared("resolv.conf") ? { "resolv.conf": insideResolv } : {};
  if (declared("hosts")) return { ...nothing, etcLinks: resolv };
  const hostName = system.networking.hostName ?? name;
  const { extraHosts } = system.networking;
  if (isListed(outside) && hostName === name && extraHosts === "") {
    return { ...nothing, etcLinks: { ...resolv, hosts: insideHosts } };
  }
  return {
    ...joining,
    etc: { "hosts.declared": { text: ownHosts(hostName, extraHosts), mode: "symlink", user: "root", group: "root" } },
    etcLinks: { ...resolv, hosts: joinedHosts },
  };
}

const nothing: InnerNames = { etc: {}, etcLinks: {}, units: {}, unitLinks: {}, bin: {} };

/** Whether the file that all share has the container's own name. */
function isListed(outside: NamesOutside): boolean {
  if (outside.networkNamespace !== null) return false;
  const links = [outside, ...Object.values(outside.extraVeths)];
  return links.some(({ localAddress, localAddress6 }) => localAddress !== null || localAddress6 !== null);
}

/** The container knows itself by loopback, as in NixOS: its own name must work before and without any network. */
function ownHosts(hostName: string, extra: string): string {
  const own = `${loopbackHosts}127.0.0.2 ${hostName}\n::1 ${hostName}\n`;
  return extra === "" ? own : `${own}${extra.endsWith("\n") ? extra : `${extra}\n`}`;
}

const joinedHosts = "/run/hosts";
const unitName = "declared-hosts";

/** Text of a program, the same for all: where both files have a name, only the declared one counts. */
const joinProgram = `#!/usr/bin/awk -f
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

/** Made before any service may ask for a name, and again when either file changes. */
const joining: InnerParts = {
  units: {
    [`${unitName}.service`]: render({
      name: `${unitName}.service`,
      sections: {
        Unit: {
          Description: "Names of this container and of the others",
          DefaultDependencies: false,
          Before: "sysinit.target",
          StartLimitIntervalSec: 0,
        },
        Service: { Type: "oneshot", ExecStart: { exec: [`/run/declared/current/bin/${unitName}`] } },
      },
    }),
    [`${unitName}.path`]: render({
      name: `${unitName}.path`,
      sections: {
        // systemd orders it before the service, which comes before what units wait for by default.
        Unit: { Description: "Changes of names of containers", DefaultDependencies: false },
        Path: { PathChanged: [insideHosts, "/etc/hosts.declared"] },
      },
    }),
  },
  unitLinks: {
    [`sysinit.target.wants/${unitName}.service`]: `../${unitName}.service`,
    [`sysinit.target.wants/${unitName}.path`]: `../${unitName}.path`,
  },
  bin: { [unitName]: joinProgram },
};

/** The engines of OCI containers, and what they let in. */
import { passesFirewall, portText, reachOf } from "../../compile/ports.ts";
import { enginePackages, enginePrograms } from "../../host/engine-programs.ts";
import { containersOf, type Facts } from "../facts.ts";
import { type Finding, judge } from "../finding.ts";
import { install } from "./system.ts";

/** Of those that a container is run by. */
export function engines(facts: Facts): Finding[] {
  return (["podman", "docker"] as const).flatMap((engine) => {
    const names = containersOf(facts).filter(({ oci }) => oci?.engine === engine);
    if (names.length === 0) return [];
    const path = enginePrograms[engine];
    return judge(`engine-${engine}`, facts.programs[path] === true, path, {
      state: "problem",
      what: `${path} is missing`,
      why: `it runs ${names.map(({ name }) => name).join(", ")}`,
      mend: install(facts.distributions, enginePackages[engine]),
    });
  });
}

const firewalls = ["ufw.service", "firewalld.service", "nftables.service", "shorewall.service"];

/** Packets to a published port are on their way to the container before a firewall's rules for the host are asked. */
export function openPorts(facts: Facts): Finding[] {
  const firewall = firewalls.find((unit) => facts.active.includes(unit));
  const open = containersOf(facts)
    .filter((part) => passesFirewall(part))
    .flatMap(({ name, ports }) =>
      ports.filter((port) => reachOf(port) === "network").map((port) => `${portText(port)} of ${name}`),
    );
  if (open.length === 0) return [];
  return [
    judge("published-ports", firewall === undefined, "no firewall that published ports would pass", {
      state: "note",
      what: `${firewall} does not keep other machines from ${open.join(", ")}`,
      why: "the engine leads packets into the container before the firewall's rules for this host are asked",
      mend: 'publish on an address: ports = ["127.0.0.1:8080:80"]; or set the rules for forwarded packets',
    }),
  ];
}

/** Checks that no option's type can make: across options of a container, and across containers. */
import { hostInterface } from "../network/index.ts";
import type { ContainerConfig, HostConfig } from "../options/index.ts";
import { checkMounts } from "./mounts.ts";
import { addressOptions, endsOf } from "./networks.ts";
import { type Problems, showOption } from "./problems.ts";

/** Adds a problem for everything that cannot be compiled. */
export function checkHost(config: HostConfig, problems: Problems): void {
  for (const [name, container] of Object.entries(config.containers)) {
    checkName(name, problems);
    checkSystem(name, container, problems);
    checkNetwork(name, container, problems);
    checkMounts(name, container, problems);
  }
  checkAddresses(config, problems);
  checkPorts(config, problems);
  checkInterfaces(config, problems);
}

const at = (name: string, ...path: string[]): string[] => ["containers", name, ...path];

function checkName(name: string, problems: Problems): void {
  if (/^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(name)) return;
  problems.add(
    {
      code: "bad-container-name",
      message: `${JSON.stringify(name)} cannot be the name of a container`,
      details: [
        "a name is 1 to 63 letters, digits and `-`, with no `-` at its ends; it is a host name, so `_` is not allowed",
      ],
    },
    at(name),
  );
}

function checkSystem(name: string, { config, path }: ContainerConfig, problems: Problems): void {
  if (config !== null && path !== null) {
    problems.add(
      {
        code: "path-and-config",
        message: `container ${name} has both a config and a path`,
        details: ["`config` is built into a system; `path` names one that is built already"],
        hint: "remove one of them",
      },
      at(name, "config"),
      at(name, "path"),
    );
  }
  if (config === null && path === null) {
    problems.add(
      {
        code: "no-system",
        message: `container ${name} has neither a config nor a path`,
        hint: `write ${showOption(at(name, "config"))}: what runs inside`,
      },
      at(name),
    );
  }
}

function checkNetwork(name: string, container: ContainerConfig, problems: Problems): void {
  const given = addressOptions.filter((option) => container[option] !== null);
  if (!container.privateNetwork && given.length > 0) {
    problems.add(
      {
        code: "address-without-network",
        message: `container ${name} has ${given.join(" and ")}, but shares the host's network`,
        hint: `set ${showOption(at(name, "privateNetwork"))} = true, or remove the address`,
      },
      ...given.map((option) => at(name, option)),
    );
  }
  for (const { family, host, local } of endsOf(container)) {
    if (host === null || local !== null) continue;
    const suffix = family === 6 ? "6" : "";
    problems.add(
      {
        code: "host-address-alone",
        message: `container ${name} has hostAddress${suffix} without localAddress${suffix}`,
        hint: "a link has two ends: give both addresses",
      },
      at(name, `hostAddress${suffix}`),
    );
  }
  if (container.forwardPorts.length > 0 && (!container.privateNetwork || !hasLocalAddress(container))) {
    problems.add(
      {
        code: "port-without-address",
        message: `container ${name} forwards ports, but ${container.privateNetwork ? "has no address of its own" : "shares the host's network"}`,
        hint: container.privateNetwork
          ? "give it a localAddress"
          : "its ports are the host's already: remove forwardPorts, or give it a privateNetwork",
      },
      at(name, "forwardPorts"),
    );
  }
}

const hasLocalAddress = (container: ContainerConfig): boolean =>
  container.localAddress !== null || container.localAddress6 !== null;

/** Host ends may share an address, since each link has its own route; what the container is reached by may not. */
function checkAddresses(config: HostConfig, problems: Problems): void {
  const option = (name: string, end: "host" | "local", family: 4 | 6) =>
    at(name, `${end}Address${family === 6 ? "6" : ""}`);
  const ends = allEnds(config);
  const gateways = new Map(
    ends.flatMap(({ name, family, host }) => (host ? [[host.address, option(name, "host", family)] as const] : [])),
  );
  const owners = new Map<string, string[]>();
  for (const { name, family, local } of ends) {
    if (local === null) continue;
    const own = option(name, "local", family);
    const other = owners.get(local.address) ?? gateways.get(local.address);
    owners.set(local.address, own);
    if (other === undefined) continue;
    problems.add(
      {
        code: "address-clash",
        message: `${local.address} is the address of ${showOption(other)} and of ${showOption(own)}`,
        hint: "give each container an address of its own",
      },
      other,
      own,
    );
  }
}

const allEnds = (config: HostConfig) =>
  Object.entries(config.containers)
    .filter(([, container]) => container.privateNetwork)
    .flatMap(([name, container]) => endsOf(container).map((end) => ({ name, ...end })));

function checkPorts(config: HostConfig, problems: Problems): void {
  const owners = new Map<string, string>();
  for (const [name, { forwardPorts }] of Object.entries(config.containers)) {
    for (const { protocol, hostPort } of forwardPorts) {
      const port = `${hostPort}/${protocol}`;
      const other = owners.get(port);
      owners.set(port, name);
      if (other === undefined) continue;
      problems.add(
        {
          code: "port-clash",
          message:
            other === name
              ? `container ${name} forwards port ${port} of the host twice`
              : `port ${port} of the host is forwarded to container ${other} and to container ${name}`,
        },
        at(other, "forwardPorts"),
        ...(other === name ? [] : [at(name, "forwardPorts")]),
      );
    }
  }
}

/** Shortened names carry a hash of 30 bits: a clash is unlikely, and would be silent. */
function checkInterfaces(config: HostConfig, problems: Problems): void {
  const owners = new Map<string, string>();
  for (const [name, container] of Object.entries(config.containers)) {
    if (!container.privateNetwork) continue;
    const link = hostInterface(name).name;
    const other = owners.get(link);
    owners.set(link, name);
    if (other === undefined) continue;
    problems.add(
      {
        code: "interface-clash",
        message: `containers ${other} and ${name} would both have the interface ${link}`,
        hint: "rename one",
      },
      at(other),
      at(name),
    );
  }
}

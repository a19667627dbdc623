/** Checks of `networking.bridges`, by themselves and against containers. */
import { types } from "../../modules/index.ts";
import { parseAddress } from "../../network/index.ts";
import type { AcrossContainers } from "../across.ts";
import { endsOf, networkFor } from "../networks.ts";
import { type Problems, showOption } from "../problems.ts";
import { claim } from "./claim.ts";
import { at } from "./place.ts";

const bridgeAt = (name: string, ...path: string[]): string[] => ["networking", "bridges", name, ...path];

export function checkBridges(config: AcrossContainers, problems: Problems): void {
  const names = Object.keys(config.networking.bridges);
  // Most hosts have none, and to look through all containers for its name takes long.
  if (names.length === 0) return;
  for (const name of names) checkBridgeName(name, problems);
  checkPortsOfBridges(config, problems);
  checkBridgeClashes(config, problems);
  checkBridgeAddresses(config, problems);
}

function checkBridgeName(name: string, problems: Problems): void {
  if (types.interfaceName.check(name)) return;
  problems.add(
    {
      code: "bad-bridge-name",
      message: `${JSON.stringify(name)} cannot be the name of a bridge`,
      details: ["a name of a network interface is 1 to 15 letters, digits, `_`, `.` and `-`, not beginning with `-`"],
    },
    bridgeAt(name),
  );
}

/** The kernel gives an interface to one bridge at most, and to none if it is a bridge itself. */
function checkPortsOfBridges(config: AcrossContainers, problems: Problems): void {
  const owners = new Map<string, string[]>();
  for (const [name, { interfaces }] of Object.entries(config.containers))
    for (const port of interfaces) owners.set(port, at(name, "interfaces"));
  for (const [name, { interfaces }] of Object.entries(config.networking.bridges)) {
    const own = bridgeAt(name, "interfaces");
    for (const port of new Set(interfaces)) {
      if (Object.hasOwn(config.networking.bridges, port)) {
        problems.add(
          { code: "bridge-in-bridge", message: `${port} is a bridge, and so cannot be a port of bridge ${name}` },
          own,
          bridgeAt(port),
        );
      }
      const other = claim(owners, port, own);
      if (other === undefined) continue;
      problems.add(
        {
          code: "interface-clash",
          message: `the interface ${port} is in ${showOption(other)} and in ${showOption(own)}`,
          hint: "an interface can be in one place only: remove it from one of them",
        },
        other,
        own,
      );
    }
  }
}

function checkBridgeClashes(config: AcrossContainers, problems: Problems): void {
  for (const [name, container] of Object.entries(config.containers)) {
    const network = networkFor(name, container);
    for (const link of network.kind === "own" ? network.network.links : []) {
      if (!Object.hasOwn(config.networking.bridges, link.interface.name)) continue;
      problems.add(
        {
          code: "interface-clash",
          message: `${link.interface.name} is a bridge, and the name of an interface of container ${name}`,
          hint: "rename one",
        },
        bridgeAt(link.interface.name),
        at(name),
      );
    }
  }
}

function checkBridgeAddresses(config: AcrossContainers, problems: Problems): void {
  const owners = new Map<string, string[]>();
  for (const [name, container] of Object.entries(config.containers)) {
    for (const link of [container, ...Object.values(container.extraVeths)])
      for (const { host, local } of endsOf(link))
        for (const address of [host, local]) if (address !== null) owners.set(address.address, at(name));
  }
  for (const [name, { addresses }] of Object.entries(config.networking.bridges)) {
    const own = bridgeAt(name, "addresses");
    for (const text of addresses) {
      const address = parseAddress(text)?.address ?? text;
      const other = claim(owners, address, own);
      if (other === undefined) continue;
      problems.add(
        {
          code: "address-clash",
          message: `${address} is an address of ${showOption(other)} and of ${showOption(own)}`,
          hint: "give each an address of its own",
        },
        other,
        own,
      );
    }
  }
}

/** Checks that no option's type can make: across options of a container, and across containers. */
import type { HostConfig } from "../../options/index.ts";
import type { AcrossContainers } from "../across.ts";
import type { Problems } from "../problems.ts";
import { checkAddresses, checkPlaces } from "./addresses.ts";
import { checkAutomounts } from "./automounts.ts";
import { checkBridges } from "./bridges.ts";
import { checkConfinement, checkUserIds } from "./confinement.ts";
import { checkDefaultNetwork } from "./default-network.ts";
import { checkEngineWords } from "./engine-words.ts";
import { checkFirewall } from "./firewall.ts";
import { checkFlags } from "./flags.ts";
import { checkInterfaces } from "./interfaces.ts";
import { checkMounts } from "./mounts.ts";
import { checkName } from "./name.ts";
import { checkChange, checkNeeds } from "./needs.ts";
import { checkNetwork } from "./network.ts";
import { checkOci } from "./oci.ts";
import { checkNames, checkUnits } from "./oci-units.ts";
import { checkPorts } from "./ports.ts";
import { checkSecrets } from "./secrets.ts";
import { checkSysctls } from "./sysctl.ts";
import { checkSystem } from "./system.ts";

/** Adds a problem for everything that cannot be compiled. */
export function checkHost(config: HostConfig, problems: Problems): void {
  for (const [name, container] of Object.entries(config.containers)) {
    checkName(name, problems);
    checkSystem(name, container, problems);
    checkNetwork(name, container, problems);
    checkFirewall(name, container, problems);
    checkSysctls(name, container, problems);
    checkAutomounts(name, container, problems);
    checkMounts(name, container, config, problems);
    checkConfinement(name, container, problems);
    checkFlags(name, container, problems);
    checkChange(name, container, problems);
    checkSecrets(["containers", name], container.config === null ? "given" : "system", container.secrets, problems);
  }
  for (const [name, { secrets, volumes }] of Object.entries(config.ociContainers.containers))
    checkSecrets(["ociContainers", "containers", name], "oci", secrets, problems, volumes);
  checkOci(config, problems);
  checkEngineWords(config, problems);
  checkDefaultNetwork(config, problems);
  checkAcross(config, problems);
}

/** What single containers may each have, and not together. */
export function checkAcross(config: AcrossContainers, problems: Problems): void {
  checkNames(config, problems);
  checkUnits(config, problems);
  checkAddresses(config, problems);
  checkPlaces(config, problems);
  checkPorts(config, problems);
  checkInterfaces(config, problems);
  checkUserIds(config, problems);
  checkBridges(config, problems);
  checkNeeds(config, problems);
}

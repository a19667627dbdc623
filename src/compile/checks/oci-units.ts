/** Checks of what no two containers may be called, whatever their kind: their names, and their units. */
import { containerUnit } from "../../runtimes/nspawn/index.ts";
import { ociUnit } from "../../runtimes/oci/index.ts";
import type { AcrossContainers } from "../across.ts";
import type { Problems } from "../problems.ts";
import { claim } from "./claim.ts";
import { at, atOci } from "./place.ts";

/** Verbs and dependsOn go by a container's name alone. */
export function checkNames({ containers, ociContainers }: AcrossContainers, problems: Problems): void {
  for (const name of Object.keys(ociContainers.containers).filter((one) => Object.hasOwn(containers, one))) {
    problems.add(
      {
        code: "name-clash",
        message: `there are two containers that are called ${name}: a system container and an OCI container`,
        details: ["`stowage start`, `run`, dependsOn and all else know a container by its name"],
        hint: "give one of them another name",
      },
      at(name),
      atOci(name),
    );
  }
}

export function checkUnits({ containers, ociContainers }: AcrossContainers, problems: Problems): void {
  const owners = new Map(Object.keys(containers).map((name) => [containerUnit(name), `system container ${name}`]));
  for (const [name, { serviceName }] of Object.entries(ociContainers.containers)) {
    const option = atOci(name, ...(serviceName === null ? [] : ["serviceName"]));
    const unit = ociUnit(ociContainers.backend, name, serviceName);
    const former = claim(owners, unit, `container ${name}`) ?? (isReserved(unit) ? "somebody else" : undefined);
    if (former !== undefined) addClash(unit, name, former, option, problems);
    if (serviceName?.endsWith(".service")) addSuffix(serviceName, option, problems);
  }
}

/** Units of ours, and those that engines bring. systemd would take ours in their place, or theirs for ours. */
const isReserved = (unit: string): boolean =>
  /^(?:stowage-.*|container(?:-[a-z]+)?@.*|machines|docker|containerd|podman|podman-(?:auto-update|clean-transient|restart|kube@.*|user-wait-network-online))\.service$/.test(
    unit,
  );

function addClash(unit: string, name: string, former: string, option: string[], problems: Problems): void {
  problems.add(
    {
      code: "unit-clash",
      message: `${unit} would be the unit of container ${name}, and is that of ${former}`,
      hint: "give it another serviceName",
    },
    option,
  );
}

function addSuffix(serviceName: string, option: string[], problems: Problems): void {
  const without = serviceName.replace(/\.service$/, "");
  problems.add(
    {
      code: "bad-unit-name",
      message: `${serviceName} would be the unit ${serviceName}.service`,
      hint: `write ${JSON.stringify(without)}`,
    },
    option,
  );
}

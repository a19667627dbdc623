/** `containers/<name>.json` of an OCI container: what it was resolved to, as that of a system container says it. */
import type { Layout } from "../../store/layout.ts";
import { parametersFile } from "../nspawn/index.ts";
import type { OciContainer } from "./container.ts";

/** Of options that are said by others: what they set stands there. */
const formerNames = ["log-driver", "extraDockerOptions"];

/** Path and text. docs/reference/parameters.md describes it. */
export function ociParameters(layout: Layout, container: OciContainer): readonly [path: string, text: string] {
  const { needs: _, commandEnvironment: __, podPorts: ___, ...told } = container;
  const { name, unit, engine, image, recipe, runAs, ready, ...same } = told;
  const value = {
    madeBy: "stowage",
    kind: "oci",
    name,
    unit,
    engine,
    image,
    declaredImage: recipe.image,
    runAs: runAs.kind === "root" ? "root" : runAs.name,
    ready,
    ...Object.fromEntries(Object.entries(same).filter(([key]) => !formerNames.includes(key))),
  };
  return [parametersFile(layout, name), `${JSON.stringify(value, null, 2)}\n`];
}

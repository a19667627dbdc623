/** Evaluation to Generation, with the checks across containers. Pure. */

export { accountsAsked } from "./accounts.ts";
export { type Children, childrenOf, everySystem } from "./children.ts";
export { compile, compileConfig, type More } from "./compile.ts";
export type { ByHand, ContainerPart, ForwardedPort, Generation, HostFile, HostsEntry } from "./generation.ts";
export { compileJson, type JsonExec, type JsonGeneration, type JsonSections } from "./json.ts";
export { printedOf } from "./lazy.ts";
export {
  graft,
  graftMade,
  isSame,
  type Made,
  madeNames,
  mixture,
  type Owned,
  ownedBy,
  withNotes,
  withoutContainer,
  withoutContainers,
} from "./mixture/index.ts";
export { imageRequestsOf } from "./oci/images.ts";
export { type HostUser, type HostUsers, usersAsked } from "./oci/owners.ts";
export type { PlacesOf } from "./problems.ts";
export { importsOf, requestsOf } from "./requests.ts";
export { type SourceFile, type SourceRequest, type Sources, sourcesOf } from "./sources.ts";
export { isolationOf } from "./trust.ts";
export { warningsOf } from "./warnings.ts";

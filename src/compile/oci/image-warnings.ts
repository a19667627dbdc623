/** What is said of the image of an OCI container and makes no difference. */
import type { Problem } from "../../error.ts";
import type { HostConfig, OciConfig } from "../../options/index.ts";
import type { PlacesOf } from "../problems.ts";

type Declared = Pick<HostConfig, "ociContainers">;

/** NixOS makes no login then, and says nothing. */
export function imageWarnings({ ociContainers }: Declared, placesOf: PlacesOf): Problem[] {
  return Object.entries(ociContainers.containers).flatMap(([name, container]) => {
    const because = unusedLogin(container);
    const option = ["ociContainers", "containers", name, "login"];
    if (because === null) return [];
    const problem = { code: "unused-login", message: `container ${name}: no login is made, as ${because}` };
    return [{ ...problem, option, places: placesOf(option) }];
  });
}

function unusedLogin({ login, imageFile, imageStream, pull }: OciConfig): string | null {
  const parts = [login.registry, login.username, login.passwordFile];
  if (parts.every((part) => part === null)) return null;
  const names = ["registry", "username", "passwordFile"];
  const missing = names.filter((_, at) => parts[at] === null);
  if (missing.length > 0) return `login.${missing.join(" and login.")} ${missing.length > 1 ? "are" : "is"} not set`;
  if (imageFile !== null) return "its image comes from imageFile";
  if (imageStream !== null) return "its image comes from imageStream";
  return pull === "never" ? 'with pull = "never" nothing is fetched' : null;
}

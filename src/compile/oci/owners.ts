/** Whose an OCI container is. Users of the host are looked up at the edge and handed in, as files are. */
import type { Problem } from "../../error.ts";
import { nearestNames } from "../../modules/suggest.ts";
import type { HostConfig, OciConfig } from "../../options/index.ts";
import type { RunAs } from "../../runtimes/oci/index.ts";
import type { Problems } from "../problems.ts";

/** A user of the host. Facts: passwd(5), subuid(5). */
export interface HostUser {
  readonly uid: number;
  readonly home: string;
  /** He has further user and group ids, which an image's users become. */
  readonly hasSubIds: boolean;
  /** A systemd of his own runs from boot on (loginctl(1)). */
  readonly lingers?: boolean;
}

/** By name: users that there are. */
export type HostUsers = ReadonlyMap<string, HostUser>;

export const noUsers: HostUsers = new Map();

type Declared = Pick<HostConfig, "ociContainers">;

/** Users that must be looked up before the configuration is compiled. */
export function usersAsked({ ociContainers: { containers, backend } }: Declared): string[] {
  const asked = backend === "podman" ? Object.values(containers).map(userOf) : [];
  return [...new Set(asked)].filter((user) => user !== "root").sort();
}

export const userOf = ({ podman }: Pick<OciConfig, "podman">): string => podman?.user ?? "root";

/** @throws Error where nobody looked the user up, or found none: {@link checkOwners} tells the latter before */
export function ownerNamed(user: string, users: HostUsers): RunAs {
  if (user === "root") return { kind: "root" };
  const found = users.get(user);
  if (found === undefined) throw new Error(`nobody looked up the user ${user}`);
  const { uid, home, lingers = false } = found;
  return { kind: "user", name: user, uid, home, ...(lingers && { lingers }) };
}

export function checkOwners({ ociContainers }: Declared, users: HostUsers, problems: Problems): void {
  if (ociContainers.backend === "docker") return;
  for (const [name, container] of Object.entries(ociContainers.containers)) {
    const problem = userProblem(name, userOf(container), users);
    if (problem !== null) problems.add(problem, ["ociContainers", "containers", name, "podman", "user"]);
  }
}

function userProblem(name: string, user: string, users: HostUsers): Problem | null {
  if (user === "root") return null;
  const found = users.get(user);
  if (found === undefined) {
    const near = nearestNames(user, users.keys());
    return {
      code: "unknown-user",
      message: `OCI container ${name} is to run under the user ${user}, and this host has no such user`,
      hint:
        near.length > 0 ? `did you mean ${near.join(" or ")}?` : `\`adduser --disabled-password ${user}\` makes one`,
    };
  }
  if (found.uid === 0) {
    return {
      code: "user-is-root",
      message: `OCI container ${name} is to run under ${user}, who is root by another name`,
      hint: 'write podman.user = "root"',
    };
  }
  if (found.hasSubIds) return null;
  return {
    code: "no-subordinate-ids",
    message: `OCI container ${name} is to run under ${user}, who has no user ids and group ids for the users of images`,
    details: ["/etc/subuid and /etc/subgid say which a user has (subuid(5))"],
    hint: `\`usermod --add-subuids 1000000-1065535 --add-subgids 1000000-1065535 ${user}\`, with a range that nobody else has`,
  };
}

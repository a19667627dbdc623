/**
 * Secrets of an OCI container: the unit's credentials, copied into memory with the owner that they have inside, and from
 * there bound into the container. Not by the engine's own secrets: podman keeps those on disk, and docker has none
 * without a swarm.
 */
import { type Exec, linesOf, literal, type UnitSection, type UnitValue } from "../../units/index.ts";
import { credentialsDir, loadCredentials, type Secret } from "../secrets.ts";
import type { OciContainer } from "./container.ts";

type Kept = Pick<OciContainer, "name" | "unit" | "secrets" | "runAs">;

/** Below /run, which is in memory. Only its owner looks into it: what is bound from there is for whom its mode says. */
const directory = ({ unit }: Kept): string => `stowage/secrets/${unit}`;

/** @param own what the engine's service has else: directories and commands are added to those */
export function secretSection(container: Kept, own: UnitSection): UnitSection {
  if (container.secrets.length === 0) return {};
  return {
    ...loadCredentials(container.secrets),
    RuntimeDirectory: [...words(own.RuntimeDirectory), literal(directory(container))].join(" "),
    RuntimeDirectoryMode: "0700",
    // First: a container that is made before it is started wants what is bound into it.
    ExecStartPre: [...copyCommands(container), ...commands(own.ExecStartPre)],
  };
}

/** Read-only, and before the user's own volumes. */
export const secretArguments = (container: Kept): string[] =>
  container.secrets.flatMap((secret) => ["-v", `/run/${directory(container)}/${secret.name}:${secret.target}:ro`]);

const words = (value: UnitValue | undefined): readonly string[] => (value === undefined ? [] : linesOf(value));

function commands(value: UnitSection[string] | undefined): readonly Exec[] {
  if (value === undefined) return [];
  if (typeof value !== "object") throw new Error("commands are values, not text");
  return "exec" in value ? [value] : (value as readonly Exec[]);
}

/** One for all that are of one owner and mode, and have their credential's name. */
function copyCommands(container: Kept): Exec[] {
  const groups = new Map<string, Secret[]>();
  for (const secret of container.secrets) {
    const { user, group, mode, name, id } = secret;
    const key = [user, group, mode, name === id ? "" : name].join(" ");
    groups.set(key, [...(groups.get(key) ?? []), secret]);
  }
  return [...groups.values()].map((secrets) => ({ exec: copyCommand(container, secrets) }));
}

/** @param secrets alike, so that the first one speaks for all */
function copyCommand(container: Kept, secrets: readonly Secret[]): string[] {
  const [first] = secrets;
  if (first === undefined) throw new Error("nothing to copy");
  const from = credentialsDir(container.unit);
  const to = `/run/${directory(container)}`;
  const named = first.name === first.id;
  return [
    ...ownerArguments(container, first),
    `--mode=${first.mode}`,
    ...(named ? [`--target-directory=${to}`] : ["--no-target-directory"]),
    "--",
    ...secrets.map(({ id }) => `${from}/${id}`),
    ...(named ? [] : [`${to}/${first.name}`]),
  ];
}

const install = "/usr/bin/install";

/**
 * A user other than root can give files to nobody else, but to the users of its containers: as root of their namespace.
 * There its own files are root's.
 */
function ownerArguments({ runAs }: Kept, { user, group }: Secret): string[] {
  if (runAs.kind === "root") return [install, `--owner=${user}`, `--group=${group}`];
  if ([user, group].every((one) => one === "root" || one === "0")) return [install];
  return ["/usr/bin/podman", "unshare", install, `--owner=${user}`, `--group=${group}`];
}

/** Containers of another user than root: podman for that user, in a service of the system's. Facts: systemd.exec(5), user-runtime-dir@.service(8). */
import { environmentAssignment, literal, type UnitSection } from "../../units/index.ts";
import type { RunAs } from "./container.ts";

/**
 * Where podman has a user's sockets and locks. With it required neither a session nor lingering is needed, and it stays when
 * the user logs out.
 */
const runtimeDirectoryUnit = (uid: number): string => `user-runtime-dir@${uid}.service`;
const runtimeDirectory = (uid: number): string => `/run/user/${uid}`;

/** Units that must run before a command of this owner's. */
export const ownerNeeds = (owner: RunAs): readonly string[] =>
  owner.kind === "root" ? [] : [runtimeDirectoryUnit(owner.uid)];

/** Of a service. */
export const ownerService = (owner: RunAs): UnitSection => (owner.kind === "root" ? {} : { User: literal(owner.name) });

/** Variables that podman of this owner wants. */
export const ownerVariables = (owner: RunAs): Readonly<Record<string, string>> =>
  owner.kind === "root" ? {} : { HOME: owner.home, XDG_RUNTIME_DIR: runtimeDirectory(owner.uid) };

/** Lines of Environment=. */
export const ownerEnvironment = (owner: RunAs): string[] =>
  Object.entries(ownerVariables(owner)).map(([name, value]) => environmentAssignment(name, value));

/**
 * A command of an engine as its owner runs it, for root to start: with input, output and terminal of the caller, and the
 * command's own exit code. Facts: systemd-run(1).
 */
export function asOwner(owner: RunAs, argv: readonly string[]): string[] {
  if (owner.kind === "root") return [...argv];
  const needed = runtimeDirectoryUnit(owner.uid);
  return [
    ...["systemd-run", "--quiet", "--collect", "--pipe", "--wait", "--service-type=exec", `--uid=${owner.name}`],
    ...[`--property=Requires=${needed}`, `--property=After=${needed}`, "--property=Delegate=yes"],
    `--working-directory=${owner.home}`,
    ...Object.entries(ownerVariables(owner)).map(([name, value]) => `--setenv=${name}=${value}`),
    "--",
    ...argv,
  ];
}

/** Containers of another user than root: podman for that user, in services of the system's. Facts: systemd.exec(5), user-runtime-dir@.service(8). */
import { environmentAssignment, literal, type Unit, type UnitSection } from "../../units/index.ts";
import type { RunAs } from "./container.ts";

type User = Extract<RunAs, { kind: "user" }>;

/**
 * Where podman has a user's sockets and locks. With it required neither a session nor lingering is needed, and it stays when
 * the user logs out.
 */
const runtimeDirectoryUnit = (uid: number): string => `user-runtime-dir@${uid}.service`;

/** Has the process that keeps the user's namespaces, which would else be one container's, and end with it. */
const userUnit = ({ name }: User): string => `stowage-podman-user@${name}.service`;

/** Units that must run before a command of this owner's. */
export const ownerNeeds = (owner: RunAs): readonly string[] => (owner.kind === "root" ? [] : [userUnit(owner)]);

/**
 * Of a service. What its first container starts for a user's networks serves the others, too: podman ends it with the last
 * one, and systemd must not with the first.
 */
export const ownerService = (owner: RunAs): UnitSection =>
  owner.kind === "root" ? {} : { User: literal(owner.name), KillMode: "process" };

/**
 * Variables that podman of this owner wants. By a user's bus it would have his own systemd take over what it starts, and
 * the service would have nothing left; his systemd itself, if he lingers, still runs what tells the names of a network.
 */
export const ownerVariables = (owner: RunAs): Readonly<Record<string, string>> =>
  owner.kind === "root"
    ? {}
    : { HOME: owner.home, XDG_RUNTIME_DIR: `/run/user/${owner.uid}`, DBUS_SESSION_BUS_ADDRESS: "disabled:" };

/** Lines of Environment=. */
export const ownerEnvironment = (owner: RunAs): string[] =>
  Object.entries(ownerVariables(owner)).map(([name, value]) => environmentAssignment(name, value));

/** Options of podman's own, before its verb: what it does without a bus, after four lines of warnings. */
export const ownerOptions = (owner: RunAs): readonly string[] =>
  owner.kind === "user" ? ["--cgroup-manager=cgroupfs"] : [];

/** One unit for each user, by the names of these. */
export function userUnits(owners: readonly RunAs[]): Unit[] {
  const users = new Map(owners.flatMap((owner) => (owner.kind === "root" ? [] : [[owner.name, owner] as const])));
  return [...users.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(userService);
}

function userService(user: User): Unit {
  const needed = runtimeDirectoryUnit(user.uid);
  return {
    name: userUnit(user),
    sections: {
      Unit: {
        Description: literal(`Podman of user '${user.name}'`),
        Requires: needed,
        // Of a user who lingers; nobody else's is started.
        After: `${needed} user@${user.uid}.service`,
      },
      Service: {
        Type: "oneshot",
        RemainAfterExit: true,
        User: literal(user.name),
        Delegate: true,
        Environment: ownerEnvironment(user),
        ExecStart: { exec: ["/usr/bin/podman", ...ownerOptions(user), "unshare", "/bin/true"] },
      },
    },
  };
}

/**
 * A command of an engine as its owner runs it, for root to start: with input, output and terminal of the caller, and the
 * command's own exit code. Facts: systemd-run(1).
 */
export function asOwner(owner: RunAs, argv: readonly string[]): string[] {
  if (owner.kind === "root") return [...argv];
  return [
    ...["systemd-run", "--quiet", "--collect", "--pipe", "--wait", "--service-type=exec", `--uid=${owner.name}`],
    ...requirement(owner.uid),
    "--property=Delegate=yes",
    `--working-directory=${owner.home}`,
    ...Object.entries(ownerVariables(owner)).map(([name, value]) => `--setenv=${name}=${value}`),
    "--",
    ...argv,
  ];
}

/**
 * Keeps a user's runtime directory for a minute. systemd ends it as soon as nobody needs it, and refuses to start one
 * command ("destructive") while it does so after another.
 */
export const keepRuntimeDirectory = (uid: number): string[] => [
  ...["systemd-run", "--quiet", "--collect", `--unit=stowage-user-${uid}`, ...requirement(uid)],
  ...["--", "/usr/bin/sleep", "60"],
];

function requirement(uid: number): string[] {
  const needed = runtimeDirectoryUnit(uid);
  return [`--property=Requires=${needed}`, `--property=After=${needed}`];
}

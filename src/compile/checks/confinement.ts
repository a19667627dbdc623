/** Checks of what a container's root may do: capabilities, devices, user ids, arguments of systemd-nspawn. */
import { nearestNames } from "../../modules/suggest.ts";
import type { ContainerConfig } from "../../options/index.ts";
import { refusedFlags } from "../../runtimes/nspawn/index.ts";
import type { AcrossContainers } from "../across.ts";
import { type Problems, showOption } from "../problems.ts";
import { usersFor } from "../users.ts";
import { isNormalised } from "./mounts.ts";
import { at } from "./place.ts";

export function checkConfinement(name: string, container: ContainerConfig, problems: Problems): void {
  checkCapabilities(name, container, problems);
  checkDevices(name, container, problems);
  checkTun(name, container, problems);
  for (const { flag, hint } of refusedFlags(container.extraFlags)) {
    const option = at(name, "extraFlags");
    problems.add({ code: "refused-flag", message: `${showOption(option)} cannot have ${flag}`, hint }, option);
  }
}

/** capabilities(7), as Linux 5.9 and later and systemd 252 and later know them: no newer ones have come since. */
export const knownCapabilities = (
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE " +
  "NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN " +
  "SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE " +
  "MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
)
  .split(" ")
  .map((word) => `CAP_${word}`);

function checkCapabilities(name: string, { additionalCapabilities }: ContainerConfig, problems: Problems): void {
  if (additionalCapabilities.length === 0) return;
  const option = at(name, "additionalCapabilities");
  for (const capability of additionalCapabilities.filter((one) => !knownCapabilities.includes(one))) {
    const near = nearestNames(capability, knownCapabilities);
    problems.add(
      {
        code: "unknown-capability",
        message: `there is no capability ${capability}, which ${showOption(option)} has`,
        hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : "capabilities(7) lists them",
      },
      option,
    );
  }
}

/** What systemd-nspawn makes itself, and what would be taken away from below it. */
const ownDevices = ["/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/hugepages", "/dev/console", "/dev/ptmx"];

function checkDevices(name: string, { allowedDevices }: ContainerConfig, problems: Problems): void {
  if (allowedDevices.length === 0) return;
  const option = at(name, "allowedDevices");
  const seen = new Set<string>();
  for (const { node } of allowedDevices) {
    const reason = deviceReason(node) ?? (seen.has(node) ? "it is there twice" : null);
    seen.add(node);
    if (reason === null) continue;
    problems.add(
      { code: "bad-device", message: `${showOption(option)} cannot have ${JSON.stringify(node)}`, details: [reason] },
      option,
    );
  }
}

/** systemd takes no other path for DeviceAllow=, and says so in the log alone. */
function deviceReason(node: string): string | null {
  if (!isNormalised(node) || !node.startsWith("/dev/") || node.endsWith("/"))
    return "it is no path of a node below /dev";
  const own = ownDevices.find((path) => node === path || node.startsWith(`${path}/`));
  return own === undefined ? null : `the container has its own ${own}`;
}

/** The network is made by the host and joined: with ids of its own the container's root has no power over it. */
function checkTun(name: string, container: ContainerConfig, problems: Problems): void {
  if (!container.enableTun || usersFor(container).kind !== "shifted") return;
  problems.add(
    {
      code: "tun-without-power",
      message: `container ${name} has tun and users of its own: it could not make an interface`,
      details: ["its network belongs to the host's users, so only root of the host may add interfaces to it"],
      hint: `leave ${showOption(at(name, "privateUsers"))} to its default, and the container is trusted`,
    },
    at(name, "enableTun"),
    at(name, "privateUsers"),
  );
}

/** Ids that two containers share are no border between them. */
export function checkUserIds({ containers }: AcrossContainers, problems: Problems): void {
  const ranges = Object.entries(containers)
    .flatMap(([name, { privateUsers }]) => (typeof privateUsers === "number" ? [{ name, first: privateUsers }] : []))
    .sort((a, b) => a.first - b.first || (a.name < b.name ? -1 : 1));
  for (const [index, { name, first }] of ranges.entries()) {
    const former = ranges[index - 1];
    if (former === undefined || first - former.first >= 65536) continue;
    problems.add(
      {
        code: "user-id-clash",
        message: `containers ${former.name} and ${name} would share user ids`,
        details: [
          `each has 65536 of them: ${former.name} from ${former.first} to ${former.first + 65535}, ${name} from ${first} on`,
        ],
        hint: `set ${showOption(at(name, "privateUsers"))} to ${former.first + 65536} or more`,
      },
      at(former.name, "privateUsers"),
      at(name, "privateUsers"),
    );
  }
}

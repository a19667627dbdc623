/** Checks of a container's bind mounts and of what it has in memory. */

import { nearestNames } from "../../modules/suggest.ts";
import type { ContainerConfig, HostConfig } from "../../options/index.ts";
import { tmpfsOf } from "../mounts.ts";
import { plainPath, plantableParts } from "../plantable.ts";
import { type Problems, showOption } from "../problems.ts";
import { usersFor } from "../users.ts";
import { at } from "./place.ts";

/** Adds a problem for every mount that cannot be, or that would hide what a container is made of. */
export function checkMounts(name: string, container: ContainerConfig, config: HostConfig, problems: Problems): void {
  const points: Points = new Map();
  for (const [key, { mountPoint, hostPath }] of Object.entries(container.bindMounts)) {
    const option = () => at(name, "bindMounts", key);
    const isPoint = isNormalised(mountPoint);
    const isSource = hostPath === null || isNormalised(hostPath);
    if (!isPoint) problems.add(notNormalised([...option(), "mountPoint"], mountPoint), option());
    if (!isSource) problems.add(notNormalised([...option(), "hostPath"], hostPath), option());
    if (!isPoint || !isSource) continue;
    checkPoint(name, "a bind mount", plainPath(mountPoint), option, points, problems);
    checkSource(name, hostPath ?? mountPoint, option, config, problems);
  }
  for (const text of container.tmpfs) {
    const option = () => at(name, "tmpfs");
    const mount = tmpfsOf(text);
    if (mount === null || !isNormalised(mount.target)) {
      const hint = "a colon of the path itself is written `\\\\:`";
      problems.add({ ...notNormalised(option(), text), hint }, option());
      continue;
    }
    checkPoint(name, "a tmpfs", mount.target, option, points, problems);
    checkOptions(name, container, mount.options, problems);
  }
}

/** What is mounted already, by where: the option, which of nearly all nobody asks for. */
type Points = Map<string, () => string[]>;

function checkPoint(
  name: string,
  what: "a bind mount" | "a tmpfs",
  point: string,
  option: () => string[],
  points: Points,
  problems: Problems,
): void {
  const former = points.get(point);
  points.set(point, option);
  if (former !== undefined) {
    problems.add({ code: "mount-clash", message: `container ${name} has two mounts at ${point}` }, former(), option());
  }
  const reason = reservedReason(point, what === "a tmpfs");
  if (reason === null) return;
  problems.add(
    {
      code: "reserved-mount",
      message: `container ${name} cannot have ${what} at ${point}`,
      details: [reason],
      hint: what === "a tmpfs" ? "choose another path" : "choose another mountPoint",
    },
    option(),
  );
}

/** One `/` at the end harms nobody. */
export const isNormalised = (path: string): boolean =>
  path === "/" || /^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+\/?$/.test(path);

function notNormalised(option: readonly string[], path: string) {
  return {
    code: "bad-path",
    message: `${showOption(option)} is no plain absolute path: ${JSON.stringify(path)}`,
    details: ["it begins with `/`, and has no empty parts, `.` or `..`"],
  };
}

/** A link planted there is looked for by a line of the unit file that has no quotes: it would look at another path. */
function checkSource(
  name: string,
  source: string,
  option: () => string[],
  config: HostConfig,
  problems: Problems,
): void {
  if (!plantableParts(source, config).some((path) => /[\s\\]$/.test(path))) return;
  problems.add(
    {
      code: "unguarded-source",
      message: `container ${name} cannot have ${JSON.stringify(source)}, below a directory that a container may write to`,
      details: [
        "the name of a directory in it ends with a space or a backslash, so links in its place could not be refused",
      ],
      hint: "give it another name",
    },
    option(),
  );
}

/** What systemd-nspawn, or we, have there. */
const reserved: Readonly<Record<string, string>> = {
  "/": "the container's root is there",
  "/usr": "the container's packages are there, and read-only",
  "/run": "the container has its own there, in memory",
  "/run/declared": "what is declared for the container is there",
  "/run/host": "systemd-nspawn tells the container of itself there",
  "/proc": "the kernel's view of the container's processes is there",
  "/sys": "the kernel's view of devices is there",
  "/dev": "the container has its own devices there",
};
/** Nothing below these either. */
const whole = ["/usr/", "/run/declared/", "/run/host/", "/proc/"];

function reservedReason(point: string, empty: boolean): string | null {
  if (empty && point === "/etc") return "the container's configuration is there, and its init needs it";
  const own = reserved[point];
  if (own !== undefined) return own;
  const above = whole.find((path) => point.startsWith(path))?.slice(0, -1);
  return above === undefined ? null : `${above} is above it: ${reserved[above]}`;
}

/** tmpfs(5), and mount(8) "FILESYSTEM-INDEPENDENT MOUNT OPTIONS" as far as they are the kernel's. */
const tmpfsOptions = (
  "size= nr_blocks= nr_inodes= noswap mode= uid= gid= huge= mpol= inode32 inode64 quota usrquota grpquota " +
  "ro rw suid nosuid dev nodev exec noexec atime noatime diratime nodiratime relatime norelatime strictatime sync dirsync"
).split(" ");

function checkOptions(name: string, container: ContainerConfig, options: string, problems: Problems): void {
  const option = at(name, "tmpfs");
  for (const word of options === "" ? [] : options.split(",")) {
    const key = word.replace(/=.*$/, "=");
    if (!tmpfsOptions.includes(key) || !/^[A-Za-z0-9_]+(=[A-Za-z0-9_%:./-]+)?$/.test(word)) {
      const near = nearestNames(key, tmpfsOptions);
      problems.add(
        {
          code: "bad-tmpfs-option",
          message: `${showOption(option)} has ${JSON.stringify(word)}, which is no option of a tmpfs`,
          hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : "tmpfs(5) lists them",
        },
        option,
      );
    } else if (/^[ug]id=$/.test(key) && usersFor(container).kind === "shifted") {
      problems.add(
        {
          code: "tmpfs-owner",
          message: `${showOption(option)} has ${word}, but container ${name} has users of its own`,
          details: ["systemd-nspawn makes it belong to the container's root, whatever is said"],
          hint: "leave it out, and let a service or a tmpfiles.d(5) line inside change the owner",
        },
        option,
      );
    }
  }
}

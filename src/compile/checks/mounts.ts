/** Checks of a container's bind mounts. */
import type { ContainerConfig } from "../../options/index.ts";
import { type Problems, showOption } from "../problems.ts";

/** Adds a problem for every bind mount that cannot be, or that would hide what a container is made of. */
export function checkMounts(name: string, { bindMounts }: ContainerConfig, problems: Problems): void {
  const seen = new Map<string, string>();
  for (const [key, { mountPoint, hostPath }] of Object.entries(bindMounts)) {
    const option = ["containers", name, "bindMounts", key];
    const paths = { mountPoint, ...(hostPath !== null && { hostPath }) };
    const bad = Object.entries(paths).filter(([, path]) => !isNormalised(path));
    for (const [which, path] of bad) problems.add(notNormalised([...option, which], path), option);
    if (bad.length > 0) continue;
    const point = mountPoint.replace(/(.)\/$/, "$1");
    const former = seen.get(point);
    seen.set(point, key);
    if (former !== undefined) {
      problems.add(
        { code: "mount-clash", message: `container ${name} has two bind mounts at ${point}` },
        ["containers", name, "bindMounts", former],
        option,
      );
    }
    const reason = reservedReason(point);
    if (reason === null) continue;
    problems.add(
      {
        code: "reserved-mount",
        message: `container ${name} cannot have a bind mount at ${point}`,
        details: [reason],
        hint: "choose another mountPoint",
      },
      option,
    );
  }
}

/** One `/` at the end harms nobody. */
const isNormalised = (path: string): boolean =>
  path === "/" || /^(\/[^/]+)+\/?$/.test(path) ? !path.split("/").some((part) => part === "." || part === "..") : false;

function notNormalised(option: readonly string[], path: string) {
  return {
    code: "bad-path",
    message: `${showOption(option)} is no plain absolute path: ${JSON.stringify(path)}`,
    details: ["it begins with `/`, and has no empty parts, `.` or `..`"],
  };
}

/** What systemd-nspawn, or we, have there. */
const reserved: Readonly<Record<string, string>> = {
  "/": "the container's root is there",
  "/usr": "the container's packages are there, and read-only",
  "/run": "the container has its own there, in memory",
  "/run/declared": "what is declared for the container is there",
  "/proc": "the kernel's view of the container's processes is there",
  "/sys": "the kernel's view of devices is there",
  "/dev": "the container has its own devices there",
};
/** Nothing below these either. */
const whole = ["/usr", "/run/declared"];

function reservedReason(point: string): string | null {
  const own = reserved[point];
  if (own !== undefined) return own;
  const above = whole.find((path) => point.startsWith(`${path}/`));
  return above === undefined ? null : `${above} is above it: ${reserved[above]}`;
}

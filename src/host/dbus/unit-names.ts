/** Names of units as systemd's objects have them. Facts: org.freedesktop.systemd1(5). */

export const privateSocket = "/run/systemd/private";

/** `Service` of `web.service`: the interface that has what only services have. */
export function typeOf(unit: string): string {
  const suffix = unit.slice(unit.lastIndexOf(".") + 1);
  return suffix.charAt(0).toUpperCase() + suffix.slice(1);
}

/** The object of a unit: what is no letter and no digit, and a digit at the beginning, as `_` and its bytes in hex. */
export function unitPath(unit: string): string {
  const bytes = Buffer.from(unit).toString("latin1");
  const escaped = bytes.replace(
    /^[0-9]|[^A-Za-z0-9]/g,
    (byte) => `_${byte.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `/org/freedesktop/systemd1/unit/${escaped || "_"}`;
}

/** Few patterns, however many containers: systemd compares each of its units with each of them. A name has no character of glob(7). */
export const patternsOf = (units: readonly string[]): string[] => [
  ...new Set(units.map((unit) => unit.replace(/@.*(?=\.)/, "@*"))),
];

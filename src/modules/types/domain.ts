/**
 * Types of the things that containers and networks are made of. Each is an allow-list: what passes can be written into
 * a unit, an argument list or a rule without a second thought about its characters.
 */
import { isIPv4, isIPv6 } from "node:net";
import type { OptionType } from "../option-type.ts";
import { isOneLine, scalar } from "./scalar.ts";

type Text = OptionType<string, string>;

function text(
  name: string,
  description: string,
  check: (text: string) => boolean,
  schema: object,
  why?: (text: string) => string | undefined,
): Text {
  return scalar({
    name,
    description,
    check: (value) => typeof value === "string" && check(value),
    ...(why && { why: (value: unknown) => (typeof value === "string" ? why(value) : undefined) }),
    schema: { type: "string", ...schema },
  });
}

const matching = (
  name: string,
  description: string,
  pattern: RegExp,
  why?: (text: string) => string | undefined,
): Text => text(name, description, (value) => pattern.test(value), { pattern: pattern.source }, why);

// isIPv6 also takes a zone (fe80::1%eth0), which has no meaning outside one machine.
const isPlainIPv6 = (value: string) => isIPv6(value) && !value.includes("%");

/** `10.0.0.1`: four decimal numbers without leading zeros. */
export const ipv4Address = text("ipv4Address", "IPv4 address", isIPv4, { format: "ipv4" }, cidrInstead);
export const ipv6Address = text("ipv6Address", "IPv6 address", isPlainIPv6, { format: "ipv6" }, cidrInstead);
export const ipAddress = text(
  "ipAddress",
  "IP address",
  (value) => isIPv4(value) || isPlainIPv6(value),
  { anyOf: [{ format: "ipv4" }, { format: "ipv6" }] },
  cidrInstead,
);

/** `10.0.0.1/24`. Bits below the prefix are allowed: this is also how an interface's address is written. */
export const ipv4Cidr = text(
  "ipv4Cidr",
  "IPv4 address with prefix length",
  (v) => isCidr(v, isIPv4, 32),
  {},
  prefixMissing,
);
export const ipv6Cidr = text(
  "ipv6Cidr",
  "IPv6 address with prefix length",
  (v) => isCidr(v, isPlainIPv6, 128),
  {},
  prefixMissing,
);
export const cidr = text(
  "cidr",
  "IP address with prefix length",
  (value) => isCidr(value, isIPv4, 32) || isCidr(value, isPlainIPv6, 128),
  {},
  prefixMissing,
);

function isCidr(value: string, isAddress: (address: string) => boolean, most: number): boolean {
  const parts = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(value);
  return parts !== null && isAddress(parts[1]!) && Number(parts[2]) <= most;
}

function cidrInstead(value: string): string | undefined {
  return value.includes("/") ? "no prefix length here: write the address alone" : undefined;
}

function prefixMissing(value: string): string | undefined {
  return isIPv4(value) || isIPv6(value)
    ? `the prefix length is missing: ${value}/${isIPv4(value) ? 24 : 64}`
    : undefined;
}

/** Of one interface, lower or upper case, colons. The kernel gives none the address of a group, or only zeros. */
export const mac = matching(
  "mac",
  "MAC address",
  /^(?!(?:00:){5}00)[0-9A-Fa-f][02468ACEace](?::[0-9A-Fa-f]{2}){5}$/,
  (value) =>
    /^[0-9A-Fa-f][13579BDFbdf](?::[0-9A-Fa-f]{2}){5}$/.test(value)
      ? "its first number is odd: it is the address of a group, not of one interface"
      : undefined,
);

/**
 * As the kernel takes it (dev_valid_name, sysctl_dev_name_is_allowed): 1 to 15 bytes, no white space, slash or colon; `.`
 * and `..` are none, `all` and `default` stand for all interfaces in settings.
 */
export const interfaceName = matching(
  "interfaceName",
  "network interface name of at most 15 characters",
  /^(?!(?:\.{1,2}|all|default)$)[A-Za-z0-9_.][A-Za-z0-9_.-]{0,14}$/,
  (value) => (value.length > 15 ? `it has ${value.length} characters` : undefined),
);

/** RFC 1123: labels of letters, digits and hyphens; 64 characters at most, as sethostname(2). */
export const hostName = matching(
  "hostName",
  "host name",
  /^(?=.{1,64}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
);

/** capabilities(7). */
export const capability = matching(
  "capability",
  "capability such as CAP_NET_ADMIN",
  /^CAP_[A-Z0-9_]{1,40}$/,
  (value) => (/^[a-z0-9_]+$/.test(value) ? `write CAP_${value.replace(/^cap_/, "").toUpperCase()}` : undefined),
);

const timeUnit =
  "(?:usec|us|µs|msec|ms|seconds|second|sec|s|minutes|minute|min|months|month|M|m|hours|hour|hr|h|days|day|d|weeks|week|w|years|year|y)";

/** systemd.time(7): `90`, `5min 20s`, `infinity`. A number alone counts seconds. */
export const timeSpan = matching(
  "timeSpan",
  "time span such as 5min 20s",
  new RegExp(`^(?:infinity|\\d+(?:\\.\\d+)?|(?:\\d+(?:\\.\\d+)? ?${timeUnit} ?)*\\d+(?:\\.\\d+)? ?${timeUnit})$`),
);

/** Bytes, with K, M, G, T to the base of 1024, as in systemd.resource-control(5); or a percentage or `infinity`. */
export const size = matching("size", "size such as 512M", /^(?:infinity|\d{1,3}%|\d+(?:\.\d+)?[KMGTPE]?)$/, (value) =>
  /^\d+(?:\.\d+)? ?[KMGTkmgt](?:i?B|ib)?$/.test(value)
    ? `write ${value.replace(/[ iBb]/g, "").toUpperCase()}`
    : undefined,
);

/** `8080:80`, `127.0.0.1:8080:80/udp`, `[::1]:8080:80`: as podman-run(1) `--publish`. */
export const portMapping = text(
  "portMapping",
  "port mapping such as 8080:80 or 127.0.0.1:53:53/udp",
  isPortMapping,
  {},
  // Engines take the address for a port.
  (value) => {
    const [, address, port] = /^(\[.*\]|\d+\.[\d.]+):(\d+(?:-\d+)?(?:\/[a-z]+)?)$/.exec(value) ?? [];
    return address === undefined
      ? undefined
      : `write ${address}:${port?.replace(/\/.*/, "")}:${port}, or ${address}::${port} for any port`;
  },
);

function isPortMapping(value: string): boolean {
  const parts = /^(?:(?:(\[[^\]]+\]|\d+\.[\d.]+):)?(?:(\d+(?:-\d+)?)?:))?(\d+(?:-\d+)?)(?:\/(?:tcp|udp|sctp))?$/.exec(
    value,
  );
  if (!parts) return false;
  const [, address, hostPorts, ports] = parts;
  const addressFits = address === undefined || isIPv4(address) || isPlainIPv6(address.slice(1, -1));
  return addressFits && isPortRange(ports!) && (hostPorts === undefined || isPortRange(hostPorts));
}

function isPortRange(range: string): boolean {
  const [first, last] = range.split("-").map(Number);
  return first! >= 1 && (last ?? first!) <= 65535 && first! <= (last ?? first!);
}

/** `docker.io/library/nginx:1.27`, `…@sha256:…`: the reference grammar of distribution/reference. */
export const imageReference = matching(
  "imageReference",
  "image reference such as docker.io/library/nginx:1.27",
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,})?$/,
);

/** Text for an environment variable: anything but control characters other than tab and newline. */
export const environmentValue = text(
  "environmentValue",
  "text without control characters",
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  (value) => !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value),
  {},
);

/** A name that a variable of the environment can have. */
export const environmentName = matching(
  "environmentName",
  "name of an environment variable",
  /^[A-Za-z_][A-Za-z0-9_]*$/,
);

/** deb-control(5) "Package": at least two characters. */
export const packageName = matching("packageName", "Debian package name", /^[a-z0-9][a-z0-9+.-]+$/);

/** systemd.unit(5): a name with its suffix, `web.service`, `getty@tty1.service`. */
export const unitName = matching(
  "unitName",
  "unit name with its suffix, such as web.service",
  /^(?=.{1,255}$)[A-Za-z0-9:_.\\@-]+\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/,
);

/** A user or group name as useradd(8) takes it. */
export const userName = matching("userName", "user name", /^[a-z_][a-z0-9_-]{0,30}$/);

/** An octal file mode: `0644`, `755`. */
export const fileMode = matching("fileMode", "octal file mode such as 0644", /^[0-7]{3,4}$/);

/** One line that is shown to people or passed as an argument: no control characters. */
export const line = text("line", "text of one line", isOneLine, {});

/**
 * Where a secret is, never the secret itself: an absolute path of a file on the host.
 * Not `secret: true`: the path may be shown.
 */
export const secretReference = matching(
  "secretReference",
  "absolute path of a file that holds the secret",
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are excluded
  /^\/[^\u0000-\u001f\u007f]+$/,
  () => "a secret is never written into the configuration: put it into a file and give its path",
);

/** The same type, its values never shown in messages and documents. */
export function sensitive<C, D>(type: OptionType<C, D>): OptionType<C, D> {
  return { ...type, secret: true };
}

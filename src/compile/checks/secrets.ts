/** Checks of `secrets` of a container of either kind: each has one source, and one place inside. */
import type { ContainerConfig } from "../../options/index.ts";
import { type Problems, showOption } from "../problems.ts";
import { isNormalised } from "./mounts.ts";

type Declared = ContainerConfig["secrets"][string];

/** Where secrets are inside, unless somewhere else is said. */
const directory = "/run/secrets";

/** What kind of container it is: `given`: a system that is not of our making. */
export type Keeps = "system" | "given" | "oci";

/**
 * @param option the container's: `["containers", "web"]`
 * @param volumes of an OCI container: its engine mounts no two things at one place
 */
export function checkSecrets(
  option: readonly string[],
  keeps: Keeps,
  secrets: ContainerConfig["secrets"],
  problems: Problems,
  volumes: readonly string[] = [],
): void {
  const all = Object.entries(secrets);
  if (all.length === 0) return;
  const seen: Seen = { targets: new Map(), credentials: new Map() };
  for (const [name, secret] of all) {
    const own = [...option, "secrets", name];
    checkName(name, own, problems);
    checkSource(secret, own, problems);
    checkTarget(name, secret, own, keeps, seen, problems);
    checkCredential(name, secret, own, seen, problems);
    if (keeps === "oci") checkNumbers(secret, own, problems);
    checkVolumes(secret.target ?? `${directory}/${name}`, volumes, own, option, problems);
  }
}

interface Seen {
  /** The option by what it takes. */
  readonly targets: Map<string, readonly string[]>;
  readonly credentials: Map<string, { readonly option: readonly string[]; readonly source: string }>;
}

/** It is the name of a credential, and of a file. */
function checkName(name: string, option: readonly string[], problems: Problems): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(name)) return;
  problems.add(
    {
      code: "bad-secret-name",
      message: `${JSON.stringify(name)} cannot be the name of a secret`,
      details: ["a name is at most 100 letters, digits and `_` `.` `-`, and begins with none of the last two"],
    },
    option,
  );
}

function checkSource({ file, credential }: Declared, option: readonly string[], problems: Problems): void {
  if ((file === null) === (credential === null)) {
    const wrong = file === null ? "no source" : "two sources";
    problems.add(
      {
        code: "secret-source",
        message: `${showOption(option)} has ${wrong}: it is either a file or a credential`,
        hint: file === null ? 'add `file: "/path/of/it"`' : "remove one of them",
      },
      option,
    );
  }
  // systemd takes no other path, and cuts these characters off.
  if (file === null || (isNormalised(file) && !/[\s\\/]$/.test(file))) return;
  problems.add(
    {
      code: "bad-path",
      message: `${showOption([...option, "file"])} is no plain absolute path of a file: ${JSON.stringify(file)}`,
      details: ["it begins with `/`, has no empty parts, `.` or `..`, and does not end with a blank or a backslash"],
    },
    [...option, "file"],
  );
}

function checkTarget(
  name: string,
  { target }: Declared,
  option: readonly string[],
  keeps: Keeps,
  { targets }: Seen,
  problems: Problems,
): void {
  const at = [...option, "target"];
  const reason = target === null ? null : targetReason(target, keeps);
  if (reason !== null) {
    const message = `${showOption(at)} cannot be ${JSON.stringify(target)}`;
    problems.add({ code: "bad-target", message, details: [reason] }, at);
    return;
  }
  // A system container has the file itself in /run/secrets, whatever leads to it.
  const all = [target ?? `${directory}/${name}`, ...(keeps === "system" ? [`${directory}/${name}`] : [])];
  for (const path of new Set(all)) {
    const former = targets.get(path);
    targets.set(path, option);
    if (former === undefined) continue;
    const message = `${showOption(former)} and ${showOption(option)} would be the same file, ${path}`;
    problems.add({ code: "secret-clash", message, hint: "give one of them another target" }, former, option);
  }
}

function checkVolumes(
  target: string,
  volumes: readonly string[],
  own: readonly string[],
  container: readonly string[],
  problems: Problems,
): void {
  const taken = volumes.find((volume) => volume.split(":")[1]?.replace(/(?<=.)\/+$/, "") === target);
  if (taken === undefined) return;
  const at = [...container, "volumes"];
  const message = `${showOption(own)} and the volume ${JSON.stringify(taken)} would both be mounted at ${target}`;
  problems.add(
    { code: "secret-clash", message, hint: "give the secret another target, or remove the volume" },
    own,
    at,
  );
}

/** Of a system container: where its root is not its own to write. */
const closed = ["/usr", "/proc", "/sys", "/dev", "/run/declared", "/run/host"];

/** What every system has as a directory. */
const directories = new Set(
  [
    "/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /media /mnt /nix /opt /proc /root /run /sbin /srv /sys /tmp /usr",
    "/etc/apt /etc/default /etc/pam.d /etc/ssh /etc/ssl /etc/ssl/certs /etc/ssl/private /etc/systemd /etc/systemd/system",
    "/run/lock /run/secrets /run/systemd /run/user /usr/bin /usr/lib /usr/local /usr/sbin /usr/share",
    "/var /var/backups /var/cache /var/lib /var/lib/systemd /var/local /var/log /var/log/journal /var/mail /var/opt",
    "/var/run /var/spool /var/tmp /var/www",
  ].flatMap((line) => line.split(" ")),
);

function targetReason(target: string, keeps: Keeps): string | null {
  if (keeps === "given")
    return "a system that is built elsewhere gets secrets as credentials only: in its services, LoadCredential=NAME";
  if (!isNormalised(target) || target.endsWith("/") || /\p{Cc}/u.test(target)) return "it is no plain absolute path";
  if (directories.has(target)) return "that is a directory; a secret is a file";
  if (keeps === "oci") return target.includes(":") ? "the engines' syntax of mounts has no way to write a colon" : null;
  const above = closed.find((path) => target === path || target.startsWith(`${path}/`));
  if (above !== undefined) return `nothing can be made in ${above} of a container`;
  // What is there already is removed by a pattern, tmpfiles.d(5) `r`.
  return /[*?[\]{}\\]/.test(target)
    ? "it has one of the characters `*?[]{}\\`, which tmpfiles.d(5) takes for a pattern"
    : null;
}

function checkCredential(
  name: string,
  { file, credential, encrypted }: Declared,
  option: readonly string[],
  { credentials }: Seen,
  problems: Problems,
): void {
  const id = credential ?? name;
  const source = JSON.stringify([file, credential, encrypted]);
  const former = credentials.get(id);
  if (former === undefined) credentials.set(id, { option, source });
  if (former === undefined || former.source === source) return;
  problems.add(
    {
      code: "secret-clash",
      message: `${showOption(former.option)} and ${showOption(option)} would both be the credential ${id}`,
      hint: "rename the one that comes from a file",
    },
    former.option,
    option,
  );
}

function checkNumbers({ owner }: Declared, option: readonly string[], problems: Problems): void {
  const names = owner.split(":").filter((one) => one !== "root" && !/^\d+$/.test(one));
  if (names.length === 0) return;
  problems.add(
    {
      code: "named-owner",
      message: `${showOption([...option, "owner"])} has the name ${names.join(" and ")}, which means nothing on the host`,
      details: ["who that is stands in the image; on the host it may be somebody else, or nobody"],
      hint: 'write the numbers that the image has: `owner: "1000:1000"`',
    },
    [...option, "owner"],
  );
}

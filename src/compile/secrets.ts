/** `secrets` of a container, as its runtime must know them. */
import type { ContainerConfig } from "../options/index.ts";
import type { Secret } from "../runtimes/secrets.ts";

type Declared = Pick<ContainerConfig, "secrets">;

/** Where secrets are inside, unless somewhere else is said. */
const directory = "/run/secrets";

/**
 * In the order of their names.
 * @param asFiles whether each is a file inside; else it is that where a target is declared, which the checks refuse
 */
export function secretsOf({ secrets }: Declared, asFiles: boolean): Secret[] {
  return Object.entries(secrets)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { file, credential, encrypted, target, owner, mode }]) => {
      const [user = "", group = user] = owner.split(":");
      return {
        name,
        id: credential ?? name,
        source: file ?? credential ?? "",
        encrypted,
        target: asFiles ? (target ?? `${directory}/${name}`) : null,
        user,
        group,
        mode,
      };
    });
}

/**
 * Lines of tmpfiles.d(5) that make the files of a system container: copies in memory of what systemd-nspawn hands over.
 * The container's own systemd makes them before any service, with its own accounts, and anew at each start.
 */
export function secretRules(declared: Declared): string[] {
  const secrets = secretsOf(declared, true);
  if (secrets.length === 0) return [];
  return [
    `d ${directory} 0755 root root`,
    ...secrets.flatMap(({ name, id, target, user, group, mode }) => {
      const isInMemory = target?.startsWith("/run/") ?? false;
      const file = isInMemory ? (target ?? "") : `${directory}/${name}`;
      return [
        `C ${word(file)} ${mode} ${user} ${group} - ${received}/${id}`,
        ...(isInMemory ? [] : linkTo(word(target ?? ""), file)),
      ];
    }),
  ];
}

/**
 * In the place of a file, or of a former link. Not `L+`, which takes a directory away with all that is in it: `r` fails
 * where it is not empty, and what is there stays.
 */
const linkTo = (path: string, file: string): string[] => [`r ${path}`, `L ${path} - - - - ${file}`];

/** systemd-nspawn(1) --load-credential=. */
const received = "/run/host/credentials";

/** Quotes, C escapes, and specifiers. */
const word = (path: string): string =>
  /^[A-Za-z0-9_@+=:,./-]+$/.test(path)
    ? path
    : `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;

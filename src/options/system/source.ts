/**
 * `system.source`: what makes a container's tree of packages. One option group for all kinds, told apart by `kind`, so
 * that modules can add to it (`system.source.suite = …`); the functions at the end write one kind in one go.
 */
import { mkOption, types } from "../../modules/index.ts";

/** As apt's sources take it: sources.list(5). No white space, which would begin another word there. */
const archiveUri = types.strMatching(
  /(https?:\/\/[A-Za-z0-9.-]+(:[0-9]+)?|file:)\/[A-Za-z0-9._~/%+:-]*/,
  "base URI of an archive: http://…, https://… or file:/…",
);

export const sourceOptions = {
  kind: mkOption({
    type: types.enum("debian", "tree", "tarball", "oci"),
    default: "debian",
    description:
      "Where /usr and the beginnings of /etc, /var, … come from. debian: packages, put together here. The others are whole root file systems with systemd, imported as they are, and take no `packages`: tree, a directory; tarball, an archive; oci, an image of containers on this machine.",
  }),
  path: mkOption({
    type: types.nullOr(types.strMatching(/[^\p{Cc}]+/u, "path")),
    default: null,
    example: "./base.tar.xz",
    description:
      "What to import, for the kinds tree, tarball and oci: absolute, or relative to the directory of host.ts. What it is now is pinned in stowage.lock; `stowage update` pins it anew. oci: a directory with an OCI layout, or a file, oci-archive or docker-archive; nothing is fetched from a registry.",
  }),
  suite: mkOption({
    type: types.strMatching(/[a-z][a-z0-9-]*/, "a Debian suite by its code name, such as trixie"),
    default: "trixie",
    example: "bookworm",
    description: "Debian release of the container, by code name. Its packages are pinned in stowage.lock.",
  }),
  components: mkOption({
    type: types.nonEmptyListOf(types.strMatching(/[a-z][a-z0-9-]*/, "component of an archive, such as main")),
    default: ["main"],
    example: ["main", "contrib", "non-free"],
    description: "Components of the archive that packages may come from.",
  }),
  furtherSuites: mkOption({
    type: types.nullOr(types.listOf(types.strMatching(/[a-z][a-z0-9-]*/, "suite, such as trixie-backports"))),
    default: null,
    example: ["trixie-updates", "trixie-security", "trixie-backports"],
    description:
      "Suites that packages may come from beside `suite`; those ending in `-security` are on the security mirror. Of backports a package is taken only where no other suite has it. null: updates and security updates, which rolling suites such as sid do not have.",
  }),
  mirror: mkOption({
    type: types.nullOr(archiveUri),
    default: null,
    example: "https://mirror.example.org/debian",
    description:
      "Where packages are fetched. null: where the host's own apt fetches them. A package that is not there any more is looked for in the host's sources too. What is locked already stays as it is.",
  }),
  securityMirror: mkOption({
    type: types.nullOr(archiveUri),
    default: null,
    example: "https://mirror.example.org/debian-security",
    description: "Where security updates are fetched. null: where the host's own apt fetches them.",
  }),
  keyring: mkOption({
    type: types.nullOr(types.path),
    default: null,
    example: "/usr/share/keyrings/example-archive-keyring.gpg",
    description:
      "File with the public keys that the archives are signed with, for archives that neither Debian nor Ubuntu signs. null: the keys of the distribution, from its package debian-archive-keyring or ubuntu-keyring.",
  }),
};

/** What {@link debian} takes. */
export interface DebianSource {
  readonly suite: string;
  readonly components?: readonly string[];
  readonly furtherSuites?: readonly string[];
  readonly mirror?: string;
  readonly securityMirror?: string;
  readonly keyring?: string;
}

/** Packages of a Debian release: `system.source: debian({ suite: "bookworm" })`. */
export function debian(source: DebianSource) {
  return { kind: "debian" as const, ...source };
}

/** A directory with a root file system: `system.source: tree("/srv/systems/alpha")`. */
export const tree = (path: string) => ({ kind: "tree" as const, path });

/** An archive of a root file system, by gzip, xz, zstd, bzip2 or not compressed: `system.source: tarball("./base.tar.xz")`. */
export const tarball = (path: string) => ({ kind: "tarball" as const, path });

/** An image of containers with systemd in it, on this machine: `system.source: oci("./image.tar")`. */
export const oci = (path: string) => ({ kind: "oci" as const, path });

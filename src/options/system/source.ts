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
    type: types.enum("debian"),
    default: "debian",
    description: "What makes the package tree.",
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

/**
 * What a store path is made from. A recipe is plain data; the hash of its canonical JSON is the store path's name,
 * so a path is known, and can stand in a unit, before anything is built. Pure.
 */
import { storeName } from "../store/names.ts";

/** `<32 characters of base32>-<label>`, the last component of a store path. */
export type StoreName = string;

/** One package, pinned. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Bytes of the .deb. */
  readonly size: number;
  /** sha256 of the .deb, hex. */
  readonly sha256: string;
  /** Path below the base URI of its archive: `pool/main/n/nginx/…deb`. */
  readonly path: string;
  /** Which of the source's archives it comes from: `debian`, `debian-security`, … */
  readonly archive: string;
  /** Asked for by name, not only needed by another. Gives the store path its label. */
  readonly requested?: true;
}

/** What a configuration asks of a Debian source: resolved to a {@link DebianRecipe} by the lock. */
export interface DebianRequest {
  readonly kind: "debian";
  /** `bookworm`, `trixie`, … */
  readonly suite: string;
  /** Package names, sorted, without duplicates. */
  readonly packages: readonly string[];
  /** Components of the archive that they may come from, sorted; default: `main`. */
  readonly components?: readonly string[];
  /** Suites beside the release, sorted; default: its updates and its security updates. */
  readonly furtherSuites?: readonly string[];
  readonly mirror?: DeclaredMirror;
}

/** Where packages are fetched, as far as the configuration says it; else as the host's apt does. */
export interface DeclaredMirror {
  /** Base URIs, as in sources.list(5). */
  readonly main?: string;
  readonly security?: string;
  /** File with the keys that the archives are signed with. */
  readonly keyring?: string;
}

/** A tree of packages: `usr/` (shared, read-only) and `seed/` (what /etc, /var, … begin with). */
export interface DebianRecipe {
  readonly kind: "debian";
  /** Raised when the builder changes what it makes of the same packages. */
  readonly builder: number;
  readonly suite: string;
  readonly arch: string;
  /** Seconds since 1970: every time stamp in the tree is at most this. From the lock, never "now". */
  readonly epoch: number;
  /** Built in this order, each on the former: the layering fixes uid numbers, so it belongs to the recipe. */
  readonly layers: readonly (readonly LockedPackage[])[];
  /** Where to fetch them. Not part of the store path's name: hashes say what the packages are. */
  readonly mirror?: DeclaredMirror;
}

/** A recipe with so many of its layers: the tree that the next one is built on. */
export const upTo = (recipe: DebianRecipe, count: number): DebianRecipe => ({
  ...recipe,
  layers: recipe.layers.slice(0, count),
});

/** Who made a root file system that is imported: a directory, an archive, or an image of containers. */
export type ImportKind = "tree" | "tarball" | "oci";

/** What a configuration asks of a source that is imported whole. */
export interface ImportRequest {
  readonly kind: ImportKind;
  /** As written: absolute, or relative to the directory of host.ts. */
  readonly path: string;
}

/** A root file system of others, in the form of a tree of packages. */
export interface ImportRecipe {
  readonly kind: "import";
  readonly builder: number;
  readonly source: ImportKind;
  /** `sha256:<hex>`, from the lock: what it is, wherever it lies. */
  readonly digest: string;
  /** Where it lies, as written. Not part of the store path's name. */
  readonly from: string;
}

/** A file below the container's /etc. */
export interface EtcFile {
  readonly text: string;
  /** `text` is the content's bytes in base64: it is not UTF-8. */
  readonly encoding?: "base64";
  /** What a link leads to can be executed. */
  readonly executable?: true;
  /** "symlink": a link into the declared directory (default). Octal: a copy with this mode. */
  readonly mode: "symlink" | string;
  readonly user: string;
  readonly group: string;
}

/** A container's own declared part: what differs between containers on the same packages. */
export interface ToplevelRecipe {
  readonly kind: "toplevel";
  readonly builder: number;
  /** The container's name, for the store path's label. */
  readonly name: string;
  /** The package tree below it. */
  readonly packages: StoreName;
  /** By path below /etc: `nginx/conf.d/site.conf`. */
  readonly etc: Readonly<Record<string, EtcFile>>;
  /** Links by path below /etc, to what is not in the toplevel: `resolv.conf` → `/run/resolv/resolv.conf`. */
  readonly etcLinks: Readonly<Record<string, string>>;
  /** Unit files and drop-ins by path below the unit directory: `web.service`, `nginx.service.d/declared.conf`. */
  readonly units: Readonly<Record<string, string>>;
  /** Symlinks in the unit directory: `multi-user.target.wants/web.service` → `../web.service`. */
  readonly unitLinks: Readonly<Record<string, string>>;
  /** Executable scripts by name, made from `script`, `preStart`, …: run as /run/declared/current/bin/<name>. */
  readonly bin: Readonly<Record<string, string>>;
  /** Paths below the package tree that must be there, and the option that wants each: `usr/bin/sudo` → `security.sudo.enable`. */
  readonly needs: Readonly<Record<string, string>>;
  readonly accounts: DeclaredAccounts;
  /** Further systems of the same container; the first is `fine-tune/child-1`. They are built before it. */
  readonly children: readonly ChildSystem[];
  /** For people (`system.configurationName`); "": none. */
  readonly configurationName: string;
  /** What its packages are, for people: `debian trixie`. */
  readonly version: string;
  readonly stateVersion: string;
  /** Text of the configuration that this was made from (`system.copySystemConfiguration`); null: not kept. */
  readonly configuration: string | null;
  /** Shell commands that add to the result, with its place in `$out` (`system.extraSystemBuilderCmds`). */
  readonly extraCommands: string;
}

/** A further system of a container, and how a running one takes it over in place of its own. */
export interface ChildSystem {
  /** The specialisation's name; null: it has a number only. */
  readonly name: string | null;
  readonly toplevel: StoreName;
  /** Why it cannot be taken over in place, or null. */
  readonly refuse: string | null;
  /** What that does to the units inside, and what going back does. */
  readonly to: readonly UnitOrder[];
  readonly back: readonly UnitOrder[];
}

/** What is done to a unit inside; see `plan/inner.ts` for the meaning of the verbs. */
export interface UnitOrder {
  readonly verb: string;
  readonly unit: string;
  readonly by?: readonly string[];
  readonly replaces?: true;
  readonly running?: "restart" | "reload";
}

/** Accounts that a container declares. Numbers come from the configuration, else from the lock: one map for all containers of a host. */
export interface DeclaredAccounts {
  readonly users: Readonly<Record<string, DeclaredUser>>;
  readonly groups: Readonly<Record<string, DeclaredGroup>>;
}

/**
 * What is declared of an account, by the fields of passwd(5). Where the packages bring one of that name it keeps its
 * number, and null means what it has there.
 */
export interface DeclaredUser {
  /** "packaged": nothing makes it, the packages must bring it; or root. */
  readonly kind: "normal" | "system" | "packaged";
  /** null: as the packages have it. */
  readonly uid: number | null;
  /** Said by the configuration: packages that bring it with another number are refused. */
  readonly pinned: boolean;
  /** Name of the primary group: a declared one, or one that a package brings. */
  readonly group: string | null;
  /** Names, sorted. */
  readonly extraGroups: readonly string[];
  readonly description: string | null;
  readonly home: string | null;
  /** Made where it is missing, with this octal mode; null: not made. */
  readonly homeMode: string | null;
  readonly shell: string | null;
  /** crypt(5); null: no password, which is not the same as an empty one. */
  readonly hashedPassword: string | null;
}

export interface DeclaredGroup {
  /** Of a group that no package brings. */
  readonly gid: number;
  /** As {@link DeclaredUser.pinned}. */
  readonly pinned: boolean;
  /** Names, sorted. */
  readonly members: readonly string[];
}

/** A toplevel that declares nothing. */
export const emptyToplevel = (name: string, packages: StoreName): ToplevelRecipe => ({
  kind: "toplevel",
  builder: builders.toplevel,
  name,
  packages,
  etc: {},
  etcLinks: {},
  units: {},
  unitLinks: {},
  bin: {},
  needs: {},
  accounts: { users: {}, groups: {} },
  children: [],
  configurationName: "",
  version: "",
  stateVersion: "1",
  configuration: null,
  extraCommands: "",
});

export type Recipe = DebianRecipe | ImportRecipe | ToplevelRecipe;

/** What `builder` holds in a recipe made now. Raise one when the builder makes something else of the same recipe. */
export const builders = { debian: 2, import: 2, toplevel: 12 } as const;

/** What a person reads in the store path's name: `debian-trixie-nginx-light`, `web`. */
export function recipeLabel(recipe: Recipe): string {
  if (recipe.kind === "toplevel") return recipe.name;
  if (recipe.kind === "import") return shortLabel(recipe.source, [importLabel(recipe.from)]);
  const asked = recipe.layers
    .slice(1)
    .flat()
    .filter((part) => part.requested)
    .map((part) => part.name);
  return shortLabel(`debian-${recipe.suite}`, asked);
}

/** `base` of `../images/base.tar.xz`. */
const importLabel = (path: string): string =>
  path
    .replace(/\/+$/, "")
    .replace(/^.*\//, "")
    .replace(/(\.tar)?\.[a-z0-9]+$/, "");

/** As many names as make about 50 letters, and how many more there are. */
function shortLabel(start: string, names: readonly string[]): string {
  let text = start;
  for (const [at, name] of names.entries()) {
    if (text.length + name.length > 50) return `${text}+${names.length - at}`;
    text += `-${name}`;
  }
  return text;
}

/** The store path of a recipe. Of one recipe there is one name, so a layer below is found where it was built before. */
export function recipeName(recipe: Recipe): StoreName {
  return storeName(whatIsMade(recipe), recipeLabel(recipe));
}

/** The recipe without what makes no difference to the result: this is hashed, and kept beside the result. */
export function whatIsMade<T extends Recipe>(recipe: T): Omit<T, "mirror" | "from"> {
  if (!("mirror" in recipe) && !("from" in recipe)) return recipe;
  const { mirror: _, from: __, ...rest } = recipe as T & { readonly mirror?: unknown; readonly from?: unknown };
  return rest;
}

/** Where packages come from: the archives of a suite, and on which mirrors. Pure. */
import type { DeclaredMirror } from "../recipe.ts";
import { type Distribution, distributionOf, suitesBeside } from "./distributions.ts";

/** Base URIs, as in sources.list(5), in the order in which they are asked. */
export interface Mirror {
  readonly main: readonly string[];
  /** Security updates; empty: there are none. */
  readonly security: readonly string[];
}

/** One archive of a suite, as apt's sources name it. */
export interface Archive {
  /** As `LockedPackage.archive` has it: `debian`, `debian-security`. */
  readonly id: string;
  /** Not empty. Lists come from the first; a package that it lacks is looked for on the others. */
  readonly uris: readonly string[];
  readonly suites: readonly string[];
}

/** What decides which packages there are. */
export interface SuiteSource {
  readonly suite: string;
  readonly furtherSuites?: readonly string[];
  readonly components?: readonly string[];
  readonly mirror?: DeclaredMirror;
}

/**
 * What the configuration says of mirrors comes first, then those of the host. Where it names keys of its own, its
 * archives are not those of the distribution, and the host's mirrors do not have them.
 */
export function mirrorFor(declared: DeclaredMirror | undefined, host: Mirror): Mirror {
  const others = declared?.keyring !== undefined && declared.main !== undefined ? { main: [], security: [] } : host;
  const joined = (first: string | undefined, rest: readonly string[]) => [
    ...new Set(first === undefined ? rest : [first.replace(/\/+$/, ""), ...rest]),
  ];
  return { main: joined(declared?.main, others.main), security: joined(declared?.security, others.security) };
}

/** The archives of a suite. Suites that end in `-security` are in an archive of their own, if the mirror has one. */
export function archivesOf(mirror: Mirror, source: SuiteSource): Archive[] {
  const { id } = distributionOf(source.suite);
  const beside = source.furtherSuites ?? suitesBeside(source.suite);
  const security = beside.filter((suite) => suite.endsWith("-security"));
  const main: Archive = {
    id,
    uris: mirror.main,
    suites: [source.suite, ...beside.filter((suite) => !suite.endsWith("-security"))],
  };
  if (security.length === 0 || mirror.security.length === 0) return [main];
  return [main, { id: `${id}-security`, uris: mirror.security, suites: security }];
}

/** One line of `apt-get indextargets` in the format below. */
interface Target {
  readonly uri: string;
  readonly origin: string;
  readonly label: string;
  readonly release: string;
}

export const targetFormat = "$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(RELEASE)|$(COMPONENT)";

/**
 * Chooses the mirrors of a distribution out of what apt says of its sources.
 * Origin and label come from the signed Release files. Before the first `apt-get update` there are none: then the
 * archive's customary path decides.
 */
export function chooseMirror(text: string, distribution: Distribution): Mirror {
  const targets = text.split("\n").flatMap(parseTarget);
  const known = targets.filter((target) => target.origin === distribution.name);
  const customary = new RegExp(`/${distribution.id}(-security)?$`);
  const own = known.length > 0 ? known : targets.filter((t) => t.origin === "" && customary.test(t.uri));
  const isSecurity = (t: Target) => t.label === "Debian-Security" || /-security$|\/updates$/.test(t.release);
  const uris = (list: readonly Target[]) => [...new Set(list.map((target) => target.uri))];
  return { main: uris(own.filter((target) => !isSecurity(target))), security: uris(own.filter(isSecurity)) };
}

function parseTarget(line: string): Target[] {
  const [uri, origin, label, release, component] = line.split("|").map((part) => (/^\$\(/.test(part) ? "" : part));
  if (!uri || component !== "main") return [];
  return [{ uri: uri.replace(/\/+$/, ""), origin: origin ?? "", label: label ?? "", release: release ?? "" }];
}

/** Settings of the host's apt that must hold for ours too, which does not read the host's configuration. */
export function carriedSettings(dump: string): string[] {
  const carried = /^"Acquire::(Check-Valid-Until|Check-Date|Retries|ForceIPv[46]|https?(::[^"]+)?)" "[^"]*";$/;
  return dump.split("\n").filter((line) => carried.test(line) && !line.endsWith(' "";'));
}

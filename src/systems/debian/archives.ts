/**
 * Where packages come from: the archives of a suite, on the mirrors that the host's own apt uses. No mirror's name
 * stands in this program.
 */
import { StowageError } from "../../error.ts";
import { run } from "../../host/run.ts";

/** Base URIs, as in sources.list(5). */
export interface Mirror {
  readonly debian: string;
  /** Security updates; without it there are none. */
  readonly security?: string;
}

/** One archive of a suite, as apt's sources name it. */
export interface Archive {
  /** As `LockedPackage.archive` has it. */
  readonly id: "debian" | "debian-security";
  readonly uri: string;
  readonly suites: readonly string[];
}

/** Suites without updates and security archives beside them. */
const rolling = ["sid", "unstable", "experimental"];

/** The archives of a suite. Pure. */
export function archivesOf(mirror: Mirror, suite: string): Archive[] {
  const plain = rolling.includes(suite);
  const main: Archive = { id: "debian", uri: mirror.debian, suites: plain ? [suite] : [suite, `${suite}-updates`] };
  if (plain || mirror.security === undefined) return [main];
  return [main, { id: "debian-security", uri: mirror.security, suites: [`${suite}-security`] }];
}

/** One line of `apt-get indextargets` in the format below. */
interface Target {
  readonly uri: string;
  readonly origin: string;
  readonly label: string;
  readonly release: string;
  readonly component: string;
}

const targetFormat = "$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(RELEASE)|$(COMPONENT)";

/**
 * Chooses the mirror out of what apt says of its sources; null where none is Debian's. Pure.
 * Origin and label come from the signed Release files. Before the first `apt-get update` there are none: then the
 * archive's customary path decides.
 */
export function chooseMirror(text: string): Mirror | null {
  const targets = text.split("\n").flatMap(parseTarget);
  const known = targets.filter((target) => target.origin === "Debian");
  const debian = known.length > 0 ? known : targets.filter((target) => target.origin === "" && looksLikeDebian(target));
  const isSecurity = (t: Target) => t.label === "Debian-Security" || /-security$|\/updates$/.test(t.release);
  const main = debian.find((target) => !isSecurity(target));
  const security = debian.find(isSecurity);
  if (!main) return null;
  return { debian: main.uri, ...(security && { security: security.uri }) };
}

function parseTarget(line: string): Target[] {
  const [uri, origin, label, release, component] = line.split("|").map((part) => (/^\$\(/.test(part) ? "" : part));
  if (!uri || component !== "main") return [];
  return [
    { uri: uri.replace(/\/+$/, ""), origin: origin ?? "", label: label ?? "", release: release ?? "", component },
  ];
}

function looksLikeDebian(target: Target): boolean {
  return /\/debian(-security)?$/.test(target.uri);
}

/**
 * The mirror of the host's apt.
 * @throws StowageError `no-mirror` where its sources have nothing of Debian
 */
export async function hostMirror(): Promise<Mirror> {
  const result = await run(["apt-get", "indextargets", "--format", targetFormat, "Created-By: Packages"], {
    env: { LC_ALL: "C" },
    package: "apt",
  });
  const mirror = chooseMirror(result.stdout);
  if (mirror) return mirror;
  throw new StowageError({
    code: "no-mirror",
    message: "this host's apt has no Debian archive among its sources",
    details: ["packages of containers come from the mirrors that the host uses"],
    hint: 'say which to use: `mirror: { debian: "http://…/debian", security: "http://…/debian-security" }`',
  });
}

/** Settings of the host's apt that must hold for ours too, which does not read the host's configuration. Pure. */
export function carriedSettings(dump: string): string[] {
  const carried = /^"Acquire::(Check-Valid-Until|Check-Date|Retries|ForceIPv[46]|https?(::[^"]+)?)" "[^"]*";$/;
  return dump.split("\n").filter((line) => carried.test(line) && !line.endsWith(' "";'));
}

/** Proxies, certificates, whether the dates of Release files count: asked of the host's apt. */
export async function hostSettings(): Promise<string[]> {
  const result = await run(["apt-config", "dump", "--format", '"%f" "%v";%n'], { package: "apt" });
  return carriedSettings(result.stdout);
}

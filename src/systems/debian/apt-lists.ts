/** The lists of packages of an apt root: fetched, or young enough to be used as they are. */
import { lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { StowageError } from "../../error.ts";
import type { Layout } from "../../store/layout.ts";
import { canonicalJson } from "../../store/names.ts";
import { aptFailure } from "./apt-errors.ts";
import { type AptRoot, apt, aptDirectory } from "./apt-root.ts";
import type { Archive, Mirror, SuiteSource } from "./archives.ts";
import { distributionOf } from "./distributions.ts";

/** Milliseconds. Debian's archive changes four times a day. */
const youngFor = 3_600_000;

/** Written below an apt root when its lists have been fetched. */
interface Fetched {
  readonly archives: readonly Archive[];
  /** Mirrors that were given instead of the host's. */
  readonly given: Mirror | null;
}

const noteOf = (directory: string) => `${directory}/fetched.json`;

/**
 * The apt root of a source as it was left, where its lists were fetched within the last hour and nothing of the host's
 * apt was configured since; else null.
 */
export function recentAptRoot(layout: Layout, source: SuiteSource, arch: string, given?: Mirror): AptRoot | null {
  const directory = aptDirectory(layout, source, arch);
  const fetchedAt = lstatSync(noteOf(directory), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const age = Date.now() - fetchedAt;
  if (age < 0 || age > youngFor || newestBelow("/etc/apt") > fetchedAt) return null;
  const note: Fetched = JSON.parse(readFileSync(noteOf(directory), "utf8"));
  return canonicalJson(note.given) === canonicalJson(given ?? null) ? { directory, archives: note.archives } : null;
}

/** When anything below was last changed, in milliseconds since 1970. */
function newestBelow(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const names = stat?.isDirectory() ? readdirSync(path) : [];
  return Math.max(stat?.mtimeMs ?? 0, ...names.map((name) => newestBelow(`${path}/${name}`)));
}

/**
 * Fetches the lists of packages: about 3 s, or half a second when nothing is new.
 * @param given as it was given to `openAptRoot`
 */
export async function updateLists(root: AptRoot, given?: Mirror): Promise<void> {
  const result = await apt(root, ["apt-get", "update", "-qq", "-o", "APT::Update::Error-Mode=any"], { accept: "any" });
  if (result.status === 0) {
    const note: Fetched = { archives: root.archives, given: given ?? null };
    writeFileSync(noteOf(root.directory), `${JSON.stringify(note)}\n`);
    return;
  }
  const failure = aptFailure("the lists of packages could not be fetched", result.stderr);
  throw failure.problems[0]?.code === "gone-from-mirror" ? unknownSuite(root, failure) : failure;
}

function unknownSuite(root: AptRoot, cause: StowageError): StowageError {
  const lines = cause.problems.flatMap((problem) => problem.details ?? []);
  // apt names it as "http://mirror/debian suite Release".
  const isNamed = (uri: string, suite: string) => lines.some((line) => line.includes(`${uri} ${suite} Release`));
  const named = root.archives.flatMap(({ uris, suites }) => suites.filter((suite) => isNamed(uris[0] ?? "", suite)));
  const [main] = root.archives;
  const missing = named[0] ?? main?.suites[0];
  return new StowageError(
    {
      code: "unknown-suite",
      message: `the mirror has no suite ${JSON.stringify(missing)}`,
      details: [`asked for ${main?.uris[0]}/dists/${missing}`],
      hint:
        missing === main?.suites[0]
          ? `suites are called ${distributionOf(missing ?? "").suites}`
          : "name in `system.source.furtherSuites` those that it has; [] for none",
    },
    { cause },
  );
}

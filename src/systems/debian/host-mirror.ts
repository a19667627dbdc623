/**
 * What the machine knows of mirrors and of how to reach them: the sources and settings of its own apt, else what
 * mmdebstrap takes. No mirror's name stands in this program.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StowageError } from "../../error.ts";
import { run } from "../../host/run.ts";
import { carriedSettings, chooseMirror, type Mirror, mirrorFor, type SuiteSource, targetFormat } from "./archives.ts";
import { type Distribution, distributionOf, mirrorOfSources } from "./distributions.ts";

const none: Mirror = { main: [], security: [] };

/**
 * The mirrors of a source: what is declared for it, then the host's.
 * @param given instead of the host's
 * @throws StowageError `no-mirror` where neither is known
 */
export async function mirrorsFor(source: SuiteSource, given?: Mirror): Promise<Mirror> {
  const distribution = distributionOf(source.suite);
  const mirror = mirrorFor(source.mirror, given ?? (await fromApt(distribution)));
  if (mirror.main.length > 0) return mirror;
  const customary = given ? none : await fromMmdebstrap(source.suite);
  if (customary.main.length === 0) throw noMirror(distribution);
  return mirrorFor(source.mirror, customary);
}

async function fromApt(distribution: Distribution): Promise<Mirror> {
  const ask = async (...options: string[]) => {
    const argv = ["apt-get", "indextargets", ...options, "--format", targetFormat, "Created-By: Packages"];
    return chooseMirror((await run(argv, { env: { LC_ALL: "C" }, package: "apt" })).stdout, distribution);
  };
  const known = await ask();
  // Sources whose Release file was never fetched are only told when none is needed.
  return known.main.length > 0 ? known : ask("--no-release-info");
}

/** Its sources.list is there when the first hook is run; with that it has done what we want of it. mmdebstrap(1). */
async function fromMmdebstrap(suite: string): Promise<Mirror> {
  const work = mkdtempSync(join(tmpdir(), "stowage-sources-"));
  const hook = `cat "$1/etc/apt/sources.list"; exit 1`;
  const argv = ["mmdebstrap", "--mode=root", "--variant=custom", "--format=null", "--quiet", `--setup-hook=${hook}`];
  try {
    const asked = await run([...argv, "--", suite, "/dev/null"], { accept: "any", env: { TMPDIR: work } });
    // What its hooks print comes out as its own words.
    return mirrorOfSources(asked.stdout + asked.stderr);
  } catch (error) {
    if (error instanceof StowageError && error.problems[0]?.code === "program-missing") return none;
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function noMirror({ name, id }: Distribution): StowageError {
  return new StowageError({
    code: "no-mirror",
    message: `this host's apt has no archive of ${name} among its sources`,
    details: ["packages of containers come from the mirrors that the host uses"],
    hint: `say which to use: \`system.source.mirror = "http://…/${id}"\`, and \`securityMirror\``,
  });
}

/** Proxies, certificates, whether the dates of Release files count: asked of the host's apt. */
export async function hostSettings(): Promise<string[]> {
  const result = await run(["apt-config", "dump", "--format", '"%f" "%v";%n'], { package: "apt" });
  return carriedSettings(result.stdout);
}

/** What apt and its helpers say when they fail, as errors for people. Pure. */
import { StowageError } from "../../error.ts";

interface Known {
  readonly code: string;
  readonly form: RegExp;
  readonly why: string;
  readonly hint: string;
}

/** The first that fits decides: a full disk also looks like a failed download. */
const known: readonly Known[] = [
  {
    code: "disk-full",
    form: /No space left on device|Disk quota exceeded/,
    why: "no space is left on the disk",
    hint: "free some space",
  },
  {
    code: "hash-mismatch",
    form: /Hash Sum mismatch|Hashes of expected file|File has unexpected size/,
    why: "the mirror gave something else than what is locked; it was thrown away",
    hint: "try again later, or use another mirror",
  },
  {
    code: "no-network",
    form: /Could not (resolve|connect)|Temporary failure|Connection (refused|timed out|failed)|Network is unreachable|Unable to connect/i,
    why: "the mirror could not be reached",
    hint: "check the network, or the host's sources of apt; what is fetched already is kept",
  },
  {
    code: "gone-from-mirror",
    form: /404 +Not Found|File not found|does not have a Release file|Failed to stat - stat \(2:/i,
    why: "the mirror does not have it, or not any more",
    hint: "`stowage update` locks the versions that there are now",
  },
  {
    code: "not-signed",
    form: /is not signed|NO_PUBKEY|couldn't be verified|invalid signature|signatures were invalid|signature verification|EXPKEYSIG/i,
    why: "the archive's signature could not be checked",
    hint: "bring the keys up to date: the package debian-archive-keyring or ubuntu-keyring, or your own keyring",
  },
  {
    code: "release-date",
    form: /is expired|is not valid yet/,
    why: "the archive's Release file is not valid at this date",
    hint: "check the clock, or the mirror",
  },
];

/** An error about `what`, with the reason that apt's own words give. */
export function aptFailure(what: string, output: string): StowageError {
  const lines = output.split("\n").filter((line) => /^[EW]: (?!Download Failed)/.test(line));
  const reason = known.find((item) => item.form.test(output));
  return new StowageError({
    code: reason?.code ?? "apt-failed",
    message: reason ? `${what}: ${reason.why}` : what,
    details: (lines.length > 0 ? lines : output.trimEnd().split("\n")).slice(0, 8),
    ...(reason && { hint: reason.hint }),
  });
}

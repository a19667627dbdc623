/** Which of `extraOptions` may give a container more of the host. Facts: podman-run(1), docker-run(1). */

/** Nothing that these say does. They take a value, of the same word or the next. */
const valued = new Set(
  [
    "--add-host --blkio-weight --cap-drop --cpu-period --cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems --dns",
    "--dns-opt --dns-option --dns-search --entrypoint --env --env-file --expose --group-add --health-cmd",
    "--health-interval --health-retries --health-start-period --health-timeout --hostname --ip --ip6 --label --log-opt",
    "--mac-address --memory --memory-reservation --memory-swap --memory-swappiness --name --network-alias",
    "--oom-score-adj --pids-limit --publish --restart --shm-size --stop-signal --stop-timeout --tmpfs --tz --ulimit",
    "--umask --user --workdir",
  ].flatMap((line) => line.split(" ")),
);
const flags = new Set(
  "--detach --init --interactive --no-healthcheck --no-hosts --oom-kill-disable --publish-all --read-only --rm --tty".split(
    " ",
  ),
);

/** The same by one letter: `-eKEY=value`, `-it`. */
const valuedLetter = /^-[cehlmpuw]/;
const flagLetters = /^-[ditP]+$/;

/** All but those that are known to be harmless, each as it was given, with the word after it where that is its value. */
export function openingOptions(words: readonly string[]): string[] {
  const opening: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const next = words[index + 1];
    const kind = kindOf(word);
    if (kind === "takes the next") index += 1;
    if (kind !== "opening") continue;
    // Of others it is not known whether they take it; a word that looks like a value is taken for one.
    const hasValue = word.startsWith("-") && !word.includes("=") && next !== undefined && !next.startsWith("-");
    if (hasValue) index += 1;
    opening.push(hasValue ? `${word} ${next}` : word);
  }
  return opening;
}

function kindOf(word: string): "harmless" | "takes the next" | "opening" {
  const name = word.replace(/=.*$/s, "");
  if (word.startsWith("--")) {
    if (flags.has(name) || (valued.has(name) && word !== name)) return "harmless";
    return valued.has(name) ? "takes the next" : isHarmlessValue(word) ? "harmless" : "opening";
  }
  if (flagLetters.test(word)) return "harmless";
  if (!valuedLetter.test(word)) return "opening";
  return word.length === 2 ? "takes the next" : "harmless";
}

/** Of options whose other values open the host. */
const isHarmlessValue = (word: string): boolean =>
  /^--(?:(?:net|network)=(?!host$|ns:).*|(?:pid|ipc|uts|cgroupns|userns)=private|security-opt=no-new-privileges)$/s.test(
    word,
  );

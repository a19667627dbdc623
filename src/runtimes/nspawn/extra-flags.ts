/** What `extraFlags` may hold. Facts: systemd-nspawn(1) of systemd 252 and 257. */

/** A flag as it was given: with the word after it, where it takes one from there. */
interface Flag {
  readonly name: string;
  /** `--bind=/srv` or `--bind`. */
  readonly shown: string;
}

/** Nothing that these say gives the container more of the host. All but the last take a value. */
const harmless = [
  ...["--setenv", "-E", "--tmpfs", "--inaccessible", "--hostname", "--rlimit", "--cpu-affinity", "--oom-score-adjust"],
  ...["--personality", "--no-new-privileges", "--drop-capability", "--uuid", "--suppress-sync", "--background"],
  ...["--set-credential", "--load-credential"],
  "--read-only",
];
const takesNoValue = ["--read-only"];

/** What these say is said by the unit already, and two answers would be one too many: the option to use, or why not. */
const refused: Readonly<Record<string, string>> = {
  "--private-users": "use privateUsers",
  "-U": 'use privateUsers = "pick"',
  "--private-users-ownership": "use privateUsers",
  "--private-users-chown": "use privateUsers",
  "--network-namespace-path": "use networkNamespace",
  "--private-network": "use privateNetwork",
  "--ephemeral": "use ephemeral",
  "-x": "use ephemeral",
  "--directory": "the root is the container's own",
  "-D": "the root is the container's own",
  "--image": "the root is the container's own",
  "-i": "the root is the container's own",
  "--template": "the root is the container's own",
  "--machine": "the container's name is its machine's name",
  "-M": "the container's name is its machine's name",
  "--as-pid2": "the container's own init is booted",
  "-a": "the container's own init is booted",
  "--notify-ready": "the service is up when the container's own init says so",
  "--keep-unit": "the container has a service of its own",
  "--settings": "all that there is to say of a container stands in host.ts",
  "--help": "nothing would be started",
  "-h": "nothing would be started",
  "--version": "nothing would be started",
};

/** The flags that cannot be, with what to do instead. */
export function refusedFlags(extraFlags: readonly string[]): { readonly flag: string; readonly hint: string }[] {
  return flagsOf(extraFlags).flatMap(({ name, shown }) => {
    const hint = Object.hasOwn(refused, name) ? refused[name] : undefined;
    return hint === undefined ? [] : [{ flag: shown, hint }];
  });
}

/** The flags that may give the container more of the host: all that are not known to be harmless. */
export const openingFlags = (extraFlags: readonly string[]): string[] =>
  flagsOf(extraFlags)
    .filter(({ name }) => !harmless.includes(name))
    .map(({ shown }) => shown);

const flagsOf = (words: readonly string[]): Flag[] => read(words).flags;

/** The flags with their values, and the words for the init inside, with the `--` before them where there is one. */
export function splitFlags(words: readonly string[]): { readonly flags: string[]; readonly rest: string[] } {
  const { end } = read(words);
  return { flags: words.slice(0, end), rest: words.slice(end) };
}

/** Words that are no flags, and no value of the one before, are arguments of the init inside: there the flags end. */
function read(words: readonly string[]): { flags: Flag[]; end: number } {
  const flags: Flag[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--" || !word.startsWith("-")) return { flags, end: index };
    const flag = flagOf(word);
    flags.push(flag);
    const takesNext = harmless.includes(flag.name) && !takesNoValue.includes(flag.name) && flag.shown === flag.name;
    const next = words[index + 1];
    // Of others it is not known; a word that looks like a value is taken for one.
    if (takesNext || (next !== undefined && !next.startsWith("-") && flag.shown === flag.name)) index += 1;
  }
  return { flags, end: words.length };
}

function flagOf(word: string): Flag {
  if (word.startsWith("--")) return { name: word.replace(/=.*$/s, ""), shown: word };
  return { name: word.slice(0, 2), shown: word };
}

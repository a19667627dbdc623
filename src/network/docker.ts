/**
 * Rules for hosts with Docker, which makes the kernel drop every packet between interfaces that its own rules do not
 * accept. Files for `iptables-restore --noflush`, one text for both families. Facts: iptables-restore(8),
 * iptables-extensions(8) "conntrack".
 *
 * DOCKER-USER is the chain that Docker asks first, makes once, and leaves as it is when it restarts. A table of ours
 * cannot help: a packet must be accepted by every one.
 */

/** Interfaces of the host by which containers are reached. */
export interface ContainerSide {
  /** Only containers are behind them: their links, and bridges without other ports. */
  readonly links: readonly string[];
  /** Other machines may be behind them too. */
  readonly bridges: readonly string[];
  /** Only containers of engines are behind them. All whose names begin so, where it ends in `+`. */
  readonly engines: readonly string[];
}

const ours = "STOWAGE";
const from = "STOWAGE-FROM";
const known = "-m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT";

/** Declaring a chain empties it, also with `--noflush`: loading the text again renews it. */
export function dockerRules({ links, bridges, engines }: ContainerSide): string {
  return restoreLines([
    `:${ours} - [0:0]`,
    `:${from} - [0:0]`,
    ...links.flatMap((name) => [`-A ${ours} -i ${word(name)} -j ${from}`, `-A ${ours} -o ${word(name)} ${known}`]),
    ...bridges.flatMap((name) => [
      // What stays on a bridge comes here too where bridge-nf-call-iptables is set, and Docker sets it.
      `-A ${ours} -i ${word(name)} -o ${word(name)} -j ACCEPT`,
      `-A ${ours} -i ${word(name)} ${known}`,
      `-A ${ours} -o ${word(name)} ${known}`,
    ]),
    ...engines.flatMap((name) => [
      `-A ${ours} -i ${pattern(name)} -j ${from}`,
      `-A ${ours} -o ${pattern(name)} ${known}`,
    ]),
    ...links.map((name) => `-A ${from} -o ${word(name)} -j ACCEPT`),
    ...engines.map((name) => `-A ${from} -o ${pattern(name)} -j ACCEPT`),
    // Into Docker's own networks Docker decides.
    `-A ${from} -o docker+ -j RETURN`,
    `-A ${from} -o br-+ -j RETURN`,
    `-A ${from} -j ACCEPT`,
  ]);
}

/** Undoes {@link dockerRules} and the jump into it. */
export const dockerRulesDown: string = restoreLines([
  `-D DOCKER-USER -j ${ours}`,
  ...[ours, from].map((chain) => `-F ${chain}`),
  ...[ours, from].map((chain) => `-X ${chain}`),
]);

/** Arguments of iptables that make it ask {@link dockerRules} first. */
export const dockerJump = ["DOCKER-USER", "-j", ours] as const;

function restoreLines(lines: readonly string[]): string {
  return ["*filter", ...lines, "COMMIT", ""].join("\n");
}

const pattern = (name: string): string => (name.endsWith("+") ? `${word(name.slice(0, -1))}+` : word(name));

/** `+` at the end would be a pattern. What does not fit is a bug: names are of an allow-list type by now. */
function word(name: string): string {
  if (/^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/.test(name)) return name;
  throw new Error(`not a word for iptables: ${JSON.stringify(name)}`);
}

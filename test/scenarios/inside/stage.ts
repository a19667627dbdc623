/** Containers that commands are run in: trusted, with users of its own, and one that is long in starting. */
import { hostWith } from "../configurations.ts";
import type { Machine } from "../harness.ts";

const slow = `config: { systemd: { services: { gate: {
        wantedBy: ["multi-user.target"], before: ["multi-user.target"],
        serviceConfig: { Type: "oneshot" }, script: "until test -e /run/open; do sleep 0.1; done",
      } } } },`;

/** tmux is the lab host's to run: it has none of its own. */
const system = `config: { packages: ["tmux"] },`;

export const hostTs = hostWith({
  plain: `\n      ${system}`,
  own: `\n      privateNetwork: true, hostAddress: "10.233.7.1", localAddress: "10.233.7.2",\n      ${system}`,
  slow: `\n      ${slow}`,
});

export const names = ["plain", "own"] as const;

const prepared = new WeakSet<Machine>();

/** A host with the containers, of which those of {@link names} run. */
export async function prepare(host: Machine): Promise<void> {
  if (!prepared.has(host)) await host.switchTo(hostTs);
  prepared.add(host);
  await host.stowage(["start", ...names]);
}

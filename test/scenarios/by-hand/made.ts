/** For scenarios of containers by hand: a lab host has no network, so what is locked and in the store is given to it. */
import { hostWith } from "../configurations.ts";
import type { Machine } from "../harness.ts";

/** A system with nothing in it, and all that is asked for without a host.ts. */
const empty = hostWith({ other: "\n      config: {}," });

/** No host.ts, no generation; what an empty system needs is in the store, and locked for what is made by hand. */
export async function prepare(host: Machine): Promise<void> {
  if ((await host.run(["test", "-e", "/etc/stowage/made/stowage.lock"])).code === 0) return;
  await host.configure(empty);
  await host.sh(
    "mkdir -p /etc/stowage/made && mv /etc/stowage/stowage.lock /etc/stowage/made/ && rm /etc/stowage/host.ts",
  );
}

/** Everything that could be left of a container, as text; but what was built for it, which nothing needs, is for `gc`. */
export const traces = (host: Machine, name: string): Promise<string> =>
  host.sh(`set +e
    ls -d /etc/stowage/made/* /etc/stowage/containers/${name}* /etc/stowage/network/${name}* 2>/dev/null
    cat /etc/stowage/made/stowage.lock 2>/dev/null | sha256sum
    ls -d /var/lib/stowage/containers/${name} /var/lib/stowage/flakes/${name} /var/lib/stowage/by-hand.json 2>/dev/null
    ls -d /var/lib/stowage/switch.json /run/stowage/making /run/stowage/containers/${name} 2>/dev/null
    ls -d /nix/var/nix/profiles/per-container/${name} /nix/var/nix/gcroots/per-container/${name} 2>/dev/null
    ls /etc/systemd/system | grep -F -- ${name}
    ls /etc/systemd/system/*.wants 2>/dev/null | grep -F -- ${name}
    grep -lrF -- ${name} /etc/hosts /etc/systemd/system /etc/stowage 2>/dev/null
    systemctl list-units --all --plain --no-legend '*${name}*'
    ip -o link | grep -F -- ${name}; ls /run/netns 2>/dev/null | grep -F -- ${name}
    nft list ruleset 2>/dev/null | grep -F -- ${name}
    grep -lF -- '"${name}"' /var/lib/stowage/generations/*/generation.json 2>/dev/null
    true`);

/** Containers for tests of the nspawn runtime. */
import { type Forward, type LinkEnds, linkOf, networkOf, parseAddress } from "../../src/network/index.ts";
import type { SystemContainer } from "../../src/runtimes/nspawn/index.ts";

const address = (text: string) => {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(text);
  return parsed;
};

export const v4 = { family: 4, host: address("10.233.1.1"), local: address("10.233.1.2") } as const;
export const v6 = { family: 6, host: address("fd00:233:1::1"), local: address("fd00:233:1::2") } as const;

/** On the host's network. */
export const trusted: SystemContainer = {
  name: "web",
  system: {
    kind: "toplevel",
    toplevel: "11111111111111111111111111111111-web",
    packages: "22222222222222222222222222222222-debian-trixie-nginx-light",
  },
  autoStart: false,
  ephemeral: false,
  dependsOn: [],
  needs: [],
  network: { kind: "host" },
  firewall: null,
  sysctls: [],
  copyResolvConf: true,
  users: { kind: "none" },
  trust: ["it has the host's network"],
  capabilities: [],
  tun: false,
  devices: [],
  binds: [],
  tmpfs: [],
  extraFlags: [],
  secrets: [],
  resources: null,
  health: null,
  timeoutStartSec: "1min",
  restartIfChanged: true,
  onChange: "auto",
};

const forward: Forward = { protocol: "tcp", hostPort: 8080, containerPort: 80, hostAddress: null, interface: null };

/** `web` with a network of its own: one link with these ends. */
export const withLink = (
  container: SystemContainer,
  ends: readonly LinkEnds[],
  forwards: readonly Forward[] = [forward],
): SystemContainer => ({
  ...container,
  users: { kind: "shifted", base: null },
  trust: [],
  network: { kind: "own", network: networkOf("web", [linkOf("web", ends, { forwards })]) },
});

/** With a network of its own, both address families and a forwarded port. */
export const isolated: SystemContainer = withLink({ ...trusted, autoStart: true }, [v4, v6]);

export const ephemeral: SystemContainer = { ...isolated, ephemeral: true };

/** Containers for tests of the nspawn runtime. */
import { linkOf, parseAddress } from "../../src/network/index.ts";
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
  link: null,
  forwards: [],
  binds: [],
  timeoutStartSec: "1min",
  restartIfChanged: true,
};

/** With a network of its own, both address families and a forwarded port. */
export const isolated: SystemContainer = {
  ...trusted,
  autoStart: true,
  link: linkOf("web", [v4, v6]),
  forwards: [{ protocol: "tcp", hostPort: 8080, containerPort: 80 }],
};

export const ephemeral: SystemContainer = { ...isolated, ephemeral: true };

/** The systems of these scenarios. They are large: npm test builds them before, so that no scenario waits for it. */
import { readFileSync } from "node:fs";
import type { Suite } from "../../../lab/tree.ts";
import { hostWith } from "../configurations.ts";
import { testKey } from "./key.ts";

export const key = testKey("root@host");

export interface Change {
  /** Further options of services.openssh, and of services.postgresql. */
  readonly ssh?: string;
  readonly sql?: string;
  /** Further packages, as a text. */
  readonly packages?: string;
}

/** More than a restart: other packages, and so a system built anew. */
export const rebuilt: Change = { packages: '"tree"' };

/** What the seeds print, both in one system, so that its packages are fetched and built once. */
export const seeds = (suite: Suite, { ssh = "", sql = "", packages = "" }: Change = {}): string =>
  hostWith({
    both: `
      autoStart: true, privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
      config: {
        system: { source: { suite: "${suite}" } },
        packages: [${packages}],
        services: {
          openssh: { enable: true, ports: [2022],${ssh} },
          postgresql: {
            enable: true, enableTCPIP: true, authentication: "host shop,postgres shop 10.233.1.1/32 trust",
            ensureDatabases: ["shop"], ensureUsers: [{ name: "shop", ensureDBOwnership: true }],
            initialScript: "/etc/initial.sql",${sql}
          },
        },
        environment: { etc: { "initial.sql": { text: "CREATE TABLE first_time AS SELECT 1;\\n" } } },
        users: { extraUsers: { root: { openssh: { authorizedKeys: { keys: ["${key.line}"] } } } } },
      },`,
  });

/** @param directory of this checkout's examples */
export function shop(directory: string | URL): { readonly hostTs: string; readonly files: Record<string, string> } {
  const text = (name: string) => readFileSync(new URL(`services/${name}`, directory), "utf8");
  return { hostTs: text("host.ts"), files: { "visits.ts": text("visits.ts") } };
}

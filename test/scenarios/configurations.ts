/** Texts of host.ts that several scenarios use. */

/** What stands in `config` of a container that serves `page` with nginx, on port 80 in both families. */
export const serving = (page: string): string => `{
  packages: ["nginx-light"],
  environment: { etc: {
    "nginx/sites-enabled/default": { text: "server { listen 80; listen [::]:80; root /etc/site; }\\n" },
    "site/index.html": { text: ${JSON.stringify(page)} },
  } },
  systemd: { services: { nginx: { wantedBy: ["multi-user.target"] } } },
}`;

/** Addresses of a point-to-point link, both families. */
export const dualStack = `
      privateNetwork: true,
      hostAddress: "10.233.1.1", localAddress: "10.233.1.2",
      hostAddress6: "fd00:233:1::1", localAddress6: "fd00:233:1::2",`;

/** A whole host.ts of containers: name → what stands in its braces. */
export function hostWith(containers: Readonly<Record<string, string>>): string {
  const entries = Object.entries(containers).map(([name, body]) => `    ${JSON.stringify(name)}: {${body}\n    },`);
  return `import { defineHost } from "stowage";

export default defineHost({
  containers: {
${entries.join("\n")}
  },
});
`;
}

/** One container, `web`, that starts by itself and serves a page. */
export const webHost = (page = "a page\n", options = dualStack): string =>
  hostWith({ web: `\n      autoStart: true,${options}\n      config: ${serving(page)},` });

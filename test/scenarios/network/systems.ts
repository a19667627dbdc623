/** What runs in the containers of these scenarios. One list of packages: each further one is built for each suite. */
import { hostWith } from "../configurations.ts";

/**
 * Serves a page on port 80 and UDP datagrams back on port 53.
 * @param early shell commands that must succeed before the container is ready
 */
export const system = (early = ":"): string => `{
  packages: ["nginx-light", "curl", "iproute2"],
  environment: { etc: {
    "nginx/sites-enabled/default": { text: "server { listen 80; listen [::]:80; root /etc/site; }\\n" },
    "site/index.html": { text: "inside\\n" },
  } },
  systemd: { services: {
    nginx: { wantedBy: ["multi-user.target"] },
    early: {
      wantedBy: ["multi-user.target"], before: ["multi-user.target"],
      serviceConfig: { Type: "oneshot", RemainAfterExit: true },
      script: ${JSON.stringify(early)},
    },
    echo: {
      wantedBy: ["multi-user.target"],
      script: ${JSON.stringify(`exec perl -MSocket -e '${echo}'`)},
    },
  } },
}`;

const echo =
  "socket(S, AF_INET6, SOCK_DGRAM, 17); bind(S, pack_sockaddr_in6(53, Socket::IN6ADDR_ANY)) or die; " +
  "while (1) { my $a = recv(S, my $b, 1500, 0); send(S, $b, 0, $a) }";

/** Containers that start by themselves: name → options, and what must succeed early. */
export const host = (containers: Readonly<Record<string, readonly [options: string, early?: string]>>): string =>
  hostWith(
    Object.fromEntries(
      Object.entries(containers).map(([name, [options, early]]) => [
        name,
        `\n      autoStart: true, ${options}\n      config: ${system(early)},`,
      ]),
    ),
  );

/** A service must reach the host while the container still starts (T18). */
export const reach = (address: string): string => `curl -sS -m 5 http://${address}:7070/ > /run/answer`;

/** What {@link reach} reaches: answers "hello" on port 7070 of every address. */
export const answering = [
  ...["systemd-run", "--unit=hello-server", "--property=Type=exec", "node", "-e"],
  `require("http").createServer((q, a) => a.end("hello")).listen(7070, "::")`,
];

/** For node: prints the first answer to a datagram that is sent to the address and port given. */
export const datagram =
  `const [address, port] = process.argv.slice(1); const d = require("dgram").createSocket(address.includes(":") ? "udp6" : "udp4");` +
  `d.on("message", (m) => { console.log(String(m)); process.exit(); }); d.send("echoed", Number(port), address); setTimeout(() => process.exit(1), 2000);`;

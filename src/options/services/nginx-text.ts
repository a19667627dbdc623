/** nginx.conf. The only way of a value into it is {@link word}: in quotes nothing ends a directive. */
import type { ConfigFrom } from "../../modules/infer.ts";
import type { nginxOptions } from "./nginx.ts";
import { wholeLines } from "./text.ts";

type Nginx = ConfigFrom<typeof nginxOptions>["services"]["nginx"];
type VirtualHost = Nginx["virtualHosts"][string];
type Location = VirtualHost["locations"][string];

export function nginxText(nginx: Nginx): string {
  const http = [
    line("include", "/etc/nginx/mime.types"),
    line("default_type", "application/octet-stream"),
    line("sendfile", "on"),
    line("tcp_nopush", "on"),
    line("server_tokens", "off"),
    // Files would grow without end; the journal does not.
    line("access_log", "syslog:server=unix:/dev/log,nohostname"),
    "map $http_upgrade $connection_upgrade {\n  default upgrade;\n  '' close;\n}\n",
    nginx.recommendedProxySettings ? proxySettings : "",
    ...Object.entries(nginx.upstreams).map(([name, { servers, extraConfig }]) =>
      block(`upstream ${word(name)}`, [
        ...servers.map((server) => line("server", ...split(server))),
        asWritten(extraConfig),
      ]),
    ),
    ...Object.entries(nginx.virtualHosts).map(([name, host]) =>
      virtualHost(name, host, nginx.recommendedProxySettings),
    ),
    asWritten(nginx.appendHttpConfig),
  ];
  return [
    line("user", nginx.user),
    line("worker_processes", "auto"),
    line("pid", "/run/nginx.pid"),
    line("error_log", "stderr"),
    line("include", "/etc/nginx/modules-enabled/*.conf"),
    block("events", [line("worker_connections", "768")]),
    block("http", http),
  ]
    .join("")
    .replaceAll(kept, "\n");
}

function virtualHost(name: string, host: VirtualHost, tells: boolean): string {
  const everywhere = [
    { addr: "*", port: 80 },
    { addr: "[::]", port: 80 },
  ];
  const listen = host.listen.length === 0 ? everywhere : host.listen;
  return block("server", [
    ...listen.map(({ addr, port }) => line("listen", `${addr}:${port}`, ...(host.default ? ["default_server"] : []))),
    line("server_name", host.serverName ?? name, ...host.serverAliases),
    optional("root", host.root),
    host.index.length === 0 ? "" : line("index", ...host.index),
    host.return === null ? "" : answer(host.return),
    ...Object.entries(host.locations).map(([path, location]) => locationBlock(path, location, tells)),
    asWritten(host.extraConfig),
  ]);
}

function locationBlock(key: string, location: Location, tells: boolean): string {
  const [, modifier, path] = /^(=|~\*?|\^~)?\s*(.*)$/.exec(key) ?? [];
  const upgrade =
    line("proxy_http_version", "1.1") +
    line("proxy_set_header", "Upgrade", "$http_upgrade") +
    line("proxy_set_header", "Connection", "$connection_upgrade");
  return block(["location", ...(modifier === undefined ? [] : [modifier]), word(path ?? key)].join(" "), [
    optional("proxy_pass", location.proxyPass),
    // Headers of a location replace those around it.
    location.proxyWebsockets ? (tells ? proxySettings : "") + upgrade : "",
    optional("root", location.root),
    optional("alias", location.alias),
    location.index.length === 0 ? "" : line("index", ...location.index),
    location.tryFiles.length === 0 ? "" : line("try_files", ...location.tryFiles),
    location.return === null ? "" : answer(location.return),
    asWritten(location.extraConfig),
  ]);
}

/** `301 https://$host/`: what follows the code is one argument. */
function answer(text: string): string {
  const [code, ...rest] = text.split(" ");
  return line("return", code!, ...(rest.length === 0 ? [] : [rest.join(" ")]));
}

const optional = (name: string, value: string | null): string => (value === null ? "" : line(name, value));
const split = (words: string): string[] => words.split(" ").filter((one) => one !== "");
const line = (name: string, ...values: readonly string[]): string => `${[name, ...values.map(word)].join(" ")};\n`;
const block = (head: string, parts: readonly string[]): string => {
  const lines = parts.join("").split("\n");
  const inner = lines.map((one) => (one === "" ? one : `  ${one}`)).join("\n");
  return `${head} {\n${inner}}\n`;
};

/** Stands for a line break after which nothing may be moved: no text of a configuration has it. */
const kept = "\0";
/** What people write may go on in quotes on its next line, or be a block of Lua. */
const asWritten = (text: string): string => wholeLines(text).replace(/\n(?!$)/g, kept);

/** One argument. Facts: ngx_conf_read_token takes `\"` and `\\` in quotes; `$` is nginx's own in either form. */
const word = (text: string): string =>
  /^[A-Za-z0-9_.:/$~@%+*?=,&[\]|^-]+$/.test(text) && !text.includes("${")
    ? text
    : `"${text.replace(/["\\]/g, "\\$&")}"`;

const proxySettings = [
  ["Host", "$host"],
  ["X-Real-IP", "$remote_addr"],
  ["X-Forwarded-For", "$proxy_add_x_forwarded_for"],
  ["X-Forwarded-Proto", "$scheme"],
  ["X-Forwarded-Host", "$host"],
]
  .map((header) => line("proxy_set_header", ...header))
  .join("");

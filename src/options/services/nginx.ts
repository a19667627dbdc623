/** `services.nginx`: Debian's nginx.service with a configuration of ours. Facts: the reference of nginx's directives. */
import { mkOption, types } from "../../modules/index.ts";
import { defineSystemModule } from "../system/module.ts";
import { nginxText } from "./nginx-text.ts";
import { configText, named } from "./text.ts";

const extraConfig = (where: string) =>
  mkOption({ type: configText, default: "", description: `Further directives ${where}, as nginx reads them.` });
const root = mkOption({
  type: types.nullOr(types.path),
  default: null,
  example: "/var/www/shop",
  description: "Directory whose files are served.",
});
const answer = mkOption({
  type: types.nullOr(
    types.strMatching(/[1-5][0-9]{2}( [^\p{Cc}\p{Surrogate}]+)?/u, "status code, then a URL or a text"),
  ),
  default: null,
  example: "301 https://$host$request_uri",
  description: "Answers with a status code, and a URL to go to or a text. Variables of nginx count in it.",
});
const words = (what: string, example: string[]) =>
  mkOption({ type: types.listOf(types.line), default: [], example, description: what });

const locationOptions = {
  proxyPass: mkOption({
    type: types.nullOr(types.line),
    default: null,
    example: "http://127.0.0.1:3000",
    description:
      "Passes requests on to this URL; an upstream's name may stand for the host. Variables of nginx count in it.",
  }),
  proxyWebsockets: mkOption({
    type: types.bool,
    default: false,
    description: "Whether what is passed on may become a WebSocket.",
  }),
  root,
  alias: mkOption({
    type: types.nullOr(types.path),
    default: null,
    description: "Directory that stands for the location itself.",
  }),
  index: words("Files that stand for a directory.", ["index.html"]),
  tryFiles: words("The first of these that is there is served; the last is where else to go.", ["$uri", "/index.html"]),
  return: answer,
  extraConfig: extraConfig("of the location"),
};

const listenOptions = {
  addr: mkOption({
    type: types.strMatching(/[0-9A-Za-z.:*[\]-]+/, "address, an IPv6 one in brackets, or *"),
    default: "*",
    example: "[::]",
    description: "Address of the container.",
  }),
  port: mkOption({ type: types.ints.between(1, 65535), default: 80, description: "Its port." }),
};

const virtualHostOptions = {
  serverName: mkOption({
    type: types.nullOr(types.line),
    default: null,
    defaultText: "the attribute's name",
    description: "Name that it answers to. null: the attribute's name.",
  }),
  serverAliases: words("Further names that it answers to.", ["www.shop.example"]),
  listen: mkOption({
    type: types.listOf(types.submodule({ options: listenOptions })),
    default: [],
    defaultText: "port 80 of all addresses",
    example: [{ addr: "127.0.0.1", port: 8080 }],
    description: "Where it listens. Empty: port 80 of all addresses, IPv4 and IPv6.",
  }),
  default: mkOption({
    type: types.bool,
    default: false,
    description: "Whether it answers to all names that no other answers to.",
  }),
  root,
  index: words("Files that stand for a directory.", ["index.html"]),
  return: answer,
  locations: mkOption({
    type: named(types.submodule({ options: locationOptions })),
    default: {},
    example: { "/": { proxyPass: "http://127.0.0.1:3000" }, "~ \\.php$": { return: "404" } },
    description: "What is done below which path. A key may begin with nginx's `=`, `~`, `~*` or `^~`.",
  }),
  extraConfig: extraConfig("of the server"),
};

const upstreamOptions = {
  servers: mkOption({
    type: types.nonEmptyListOf(types.line),
    example: ["127.0.0.1:3000", "unix:/run/app.sock backup"],
    description: "Where its servers are, each with the parameters of nginx's `server`.",
  }),
  extraConfig: extraConfig("of the upstream"),
};

export const nginxOptions = {
  services: {
    nginx: {
      enable: mkOption({
        type: types.bool,
        default: false,
        description: "Whether the container has an nginx web server.",
      }),
      package: mkOption({
        type: types.packageName,
        default: "nginx-light",
        example: "nginx-extras",
        description: "Debian package of the server.",
      }),
      user: mkOption({ type: types.userName, default: "www-data", description: "User that its workers run as." }),
      config: mkOption({
        type: types.nullOr(configText),
        default: null,
        description: "The whole of nginx.conf, instead of what the other options make.",
      }),
      recommendedProxySettings: mkOption({
        type: types.bool,
        default: false,
        description:
          "Whether servers that requests are passed on to are told the name that was asked for, and by whom.",
      }),
      upstreams: mkOption({
        type: named(types.submodule({ options: upstreamOptions })),
        default: {},
        example: { app: { servers: ["127.0.0.1:3000", "127.0.0.1:3001"] } },
        description: "Groups of servers that `proxyPass` can name, as in http://app.",
      }),
      virtualHosts: mkOption({
        type: named(types.submodule({ options: virtualHostOptions })),
        default: {},
        example: { "shop.example": { root: "/var/www/shop" } },
        description: "Servers by name.",
      }),
      appendHttpConfig: extraConfig("at the end of `http`"),
    },
  },
};

export const nginx = defineSystemModule({
  options: nginxOptions,
  when: "services.nginx.enable",
  config: ({ config }) => {
    const { nginx } = config.services;
    const text = nginx.config ?? nginxText(nginx);
    return {
      packages: [nginx.package],
      environment: { etc: { "nginx/nginx.conf": { text } } },
      // Reloaded: connections go on, and nginx goes on as it was where the new configuration is wrong, which it says.
      systemd: { services: { nginx: { wantedBy: ["multi-user.target"], reloadTriggers: [text] } } },
    };
  },
});

/** `services.redis.servers`: a service of ours for each server, in place of the one that Debian's package brings. */
import { mkDefault, mkOption, types } from "../../modules/index.ts";
import { defineSystemModule } from "../system/module.ts";
import { keywordLines, settingsOf } from "./text.ts";

/** Of a server's name are made units, directories and files. Facts: redis.conf(5). */
const serverOptions = {
  enable: mkOption({ type: types.bool, default: false, description: "Whether this server is there." }),
  port: mkOption({
    type: types.port,
    defaultText: "6379 for the server without a name, else 0",
    description: "TCP port. 0: none, only the socket.",
  }),
  bind: mkOption({
    type: types.nullOr(types.line),
    default: "127.0.0.1",
    example: "127.0.0.1 -::1",
    description: "Addresses that it listens on, one or several. null: all.",
  }),
  openFirewall: mkOption({
    type: types.bool,
    default: false,
    description: "Whether its port is open where `networking.firewall` is on.",
  }),
  unixSocket: mkOption({
    type: types.nullOr(types.path),
    defaultText: "/run/redis/redis.sock, of a server with a name /run/redis-<name>/redis.sock",
    description: "Path of its socket. null: none.",
  }),
  unixSocketPerm: mkOption({
    type: types.strMatching(/[0-7]{3}/, "three octal digits"),
    default: "660",
    description: "Mode of the socket. It belongs to the user and the group redis.",
  }),
  databases: mkOption({ type: types.ints.positive, default: 16, description: "How many databases there are." }),
  save: mkOption({
    type: types.listOf(types.line),
    default: ["900 1", "300 10", "60 10000"],
    example: [],
    description:
      "When everything is written to disk: after so many seconds, if there were so many changes. Empty: never, and nothing is there after a restart.",
  }),
  appendOnly: mkOption({
    type: types.bool,
    default: false,
    description: "Whether each change is written to a log, so that at most a second of them can be lost.",
  }),
  settings: mkOption({
    // The firewall goes by the option.
    type: settingsOf(/^(?!port$)[a-z][a-z0-9-]*$/, "directives of redis.conf, but for port, which is `port`"),
    default: {},
    example: { maxmemory: "100mb", "maxmemory-policy": "allkeys-lru" },
    description:
      "Further directives and what follows them in redis.conf; a list is a line for each element. They win over the options above.",
  }),
};

const server = types.submodule({
  options: serverOptions,
  config: ({ name }) => ({
    port: mkDefault(name === "" ? 6379 : 0),
    unixSocket: mkDefault(`/run/${unitOf(name)}/redis.sock`),
  }),
});

export const redisOptions = {
  services: {
    redis: {
      servers: mkOption({
        type: types.addCheck(
          types.attrsOf(server),
          (servers) => Object.keys(servers).every((name) => /^([a-z0-9][a-z0-9-]{0,60})?$/.test(name)),
          "attribute set of submodules, with names of small letters, digits and -, or none",
        ),
        default: {},
        example: { "": { enable: true }, sessions: { enable: true, port: 6380 } },
        description:
          'Redis servers by name. That of the name "" is redis.service with its data in /var/lib/redis; others are redis-<name>.service, in /var/lib/redis-<name>. All run as the user redis.',
      }),
    },
  },
};

const unitOf = (name: string): string => (name === "" ? "redis" : `redis-${name}`);

export const redis = defineSystemModule({
  options: redisOptions,
  when: "services.redis.servers",
  config: ({ config, lib }) => {
    const isFiltered = config.networking.firewall.enable;
    const servers = Object.entries(config.services.redis.servers).filter(([, { enable }]) => enable);
    const parts = servers.map(([name, one]) => {
      const unit = unitOf(name);
      const text = configuration(unit, one);
      return {
        environment: { etc: { [`redis/${unit}.conf`]: { text } } },
        systemd: { services: { [unit]: service(unit, name, text) } },
        networking: {
          firewall: { allowedTCPPorts: isFiltered && one.openFirewall && one.port !== 0 ? [one.port] : [] },
        },
      };
    });
    return lib.mkMerge([lib.mkIf(servers.length > 0, { packages: ["redis-server"] }), ...parts]);
  },
});

interface Server {
  readonly port: number;
  readonly bind: string | null;
  readonly unixSocket: string | null;
  readonly unixSocketPerm: string;
  readonly databases: number;
  readonly save: readonly string[];
  readonly appendOnly: boolean;
  readonly settings: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

function configuration(unit: string, server: Server): string {
  const { port, bind, unixSocket, unixSocketPerm, databases, save, appendOnly, settings } = server;
  return keywordLines({
    port,
    ...(bind !== null && { bind }),
    ...(unixSocket !== null && { unixsocket: quoted(unixSocket), unixsocketperm: unixSocketPerm }),
    dir: `/var/lib/${unit}`,
    databases,
    // In quotes nothing is a value too, which says: never.
    save: save.length === 0 ? '""' : save,
    appendonly: appendOnly,
    supervised: "systemd",
    daemonize: false,
    ...settings,
  });
}

/** A path is one argument, whatever is in it. Facts: sdssplitargs of Redis. */
const quoted = (path: string): string => `"${path.replace(/["\\]/g, "\\$&")}"`;

const service = (unit: string, name: string, text: string) => ({
  description: name === "" ? "Redis" : `Redis server ${name}`,
  wantedBy: ["multi-user.target"],
  after: ["network.target"],
  // Redis reads its configuration once.
  restartTriggers: [text],
  serviceConfig: {
    Type: "notify",
    ExecStart: `/usr/bin/redis-server /etc/redis/${unit}.conf`,
    User: "redis",
    Group: "redis",
    StateDirectory: unit,
    StateDirectoryMode: "0750",
    RuntimeDirectory: unit,
    RuntimeDirectoryMode: "0755",
    UMask: "0077",
    LimitNOFILE: 65535,
    NoNewPrivileges: true,
    PrivateTmp: true,
    Restart: "always",
  },
});

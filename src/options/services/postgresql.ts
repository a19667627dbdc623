/** `services.postgresql`: a service of ours that runs the server of Debian's package on a cluster of its own. */
import { mkAfter, mkDefault, mkOption, types } from "../../modules/index.ts";
import { defineSystemModule } from "../system/module.ts";
import { ensureSql, identifier } from "./postgresql-ensure.ts";
import { keepAwayFirstBoot, preStart, serverScript } from "./postgresql-scripts.ts";
import { needsRestart, postgresqlText } from "./postgresql-settings.ts";
import { configText, type SettingValue, settingsOf, wholeLines } from "./text.ts";

const ensuredUser = types.submodule({
  options: {
    name: mkOption({ type: identifier, description: "Name of the role, which can log in." }),
    ensureDBOwnership: mkOption({
      type: types.bool,
      default: false,
      description: "Whether the database of the same name is there and belongs to the role.",
    }),
  },
});

export const postgresqlOptions = {
  services: {
    postgresql: {
      enable: mkOption({
        type: types.bool,
        default: false,
        description: "Whether the container has a PostgreSQL server.",
      }),
      package: mkOption({
        type: types.strMatching(/postgresql(-[1-9][0-9.]*)?/, "postgresql, or with a version, such as postgresql-17"),
        default: "postgresql",
        example: "postgresql-17",
        description:
          "Debian package of the server. postgresql: the version of the container's suite. Data of another version is never touched: the service fails and says so.",
      }),
      enableTCPIP: mkOption({
        type: types.bool,
        default: false,
        description:
          "Whether it listens on all addresses of the container, not on localhost alone. `authentication` says who may come in.",
      }),
      openFirewall: mkOption({
        type: types.bool,
        default: false,
        description: "Whether its port is open where `networking.firewall` is on.",
      }),
      settings: mkOption({
        type: settingsOf(
          /^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)*$/,
          "parameters of postgresql.conf, ours in lower case",
          ["port", "listen_addresses", "unix_socket_directories", "shared_buffers", "hba_file", "ident_file"],
        ),
        default: {},
        example: { port: 5433, work_mem: "16MB", shared_preload_libraries: ["pg_stat_statements"] },
        description:
          "Parameters of postgresql.conf; the elements of a list are joined with commas. A change of one that can be read anew is a reload, of another a restart.",
      }),
      authentication: mkOption({
        type: configText,
        default: "",
        example: "host shop shop 10.233.1.1/32 scram-sha-256",
        description:
          "Lines of pg_hba.conf: who may connect to what, from where, and how. Behind them stands that users of the container are themselves (peer), and that passwords count on localhost.",
      }),
      identMap: mkOption({
        type: configText,
        default: "",
        example: "operators root postgres",
        description: "Lines of pg_ident.conf: which user of the system may be which role, by name of a map.",
      }),
      ensureDatabases: mkOption({
        type: types.listOf(identifier),
        default: [],
        example: ["shop"],
        description: "Databases that are there after every switch. None is ever removed.",
      }),
      ensureUsers: mkOption({
        type: types.listOf(ensuredUser),
        default: [],
        example: [{ name: "shop", ensureDBOwnership: true }],
        description: "Roles that are there after every switch, able to log in. None is ever removed.",
      }),
      initialScript: mkOption({
        type: types.nullOr(types.path),
        default: null,
        example: "/etc/postgresql/initial.sql",
        description:
          "A file of SQL in the container, readable for postgres, that is run once: when the cluster is new.",
      }),
    },
  },
};

const defaults = {
  options: {},
  when: "services.postgresql.enable",
  config: ({ config }: { config: { services: { postgresql: { enableTCPIP: boolean } } } }) => ({
    services: {
      postgresql: {
        settings: {
          port: mkDefault(5432),
          listen_addresses: mkDefault(config.services.postgresql.enableTCPIP ? "*" : "localhost"),
          unix_socket_directories: mkDefault("/run/postgresql"),
          shared_buffers: mkDefault("128MB"),
        },
        authentication: mkAfter(
          "local all all peer\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256",
        ),
      },
    },
  }),
};

const directory = "/etc/postgresql";

export const postgresql = defineSystemModule({
  imports: [defaults],
  options: postgresqlOptions,
  when: "services.postgresql.enable",
  config: ({ config, lib }) => {
    const { settings, package: name, openFirewall, initialScript, authentication } = config.services.postgresql;
    const { identMap, ensureDatabases, ensureUsers } = config.services.postgresql;
    const files = {
      "postgresql.conf": postgresqlText({
        hba_file: `${directory}/pg_hba.conf`,
        ident_file: `${directory}/pg_ident.conf`,
        ...settings,
      }),
      "pg_hba.conf": wholeLines(authentication),
      "pg_ident.conf": wholeLines(identMap),
    };
    const ensure = ensureSql(ensureDatabases, ensureUsers);
    const port = Number(settings.port);
    return {
      packages: [name],
      environment: {
        etc: {
          ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`postgresql/${file}`, { text }])),
          "postgresql/ensure.sql": { enable: ensure !== "", text: ensure },
        },
      },
      systemd: {
        services: {
          postgresql: {
            ...server(name, Object.values(files), needsRestart(settings)),
            preStart: preStart(name, initialScript !== null),
          },
          "postgresql-setup": lib.mkIf(
            ensure !== "" || initialScript !== null,
            setup(port, socketOf(settings), ensure, initialScript),
          ),
          ...keepAwayFirstBoot,
        },
      },
      networking: lib.mkIf(openFirewall && config.networking.firewall.enable, {
        firewall: { allowedTCPPorts: [port] },
      }),
    };
  },
});

/** Where psql finds the server, of one or several places; without any on localhost, which is another way in. */
const socketOf = (settings: Readonly<Record<string, SettingValue>>): string => {
  const [first = ""] = [settings.unix_socket_directories ?? ""].flat().join(",").split(",");
  return first.trim() || "localhost";
};

const account = { User: "postgres", Group: "postgres" };

const server = (name: string, texts: readonly string[], restart: readonly string[]) => ({
  description: "PostgreSQL server",
  wantedBy: ["multi-user.target"],
  after: ["network.target"],
  restartTriggers: restart,
  reloadTriggers: texts,
  script: serverScript(name, `${directory}/postgresql.conf`),
  serviceConfig: {
    ...account,
    Type: "notify",
    ExecReload: "/usr/bin/kill -HUP $MAINPID",
    // A smart shutdown would wait for all who are connected. Facts: postgres(1).
    KillSignal: "SIGINT",
    KillMode: "mixed",
    TimeoutStartSec: 120,
    TimeoutStopSec: 120,
    RuntimeDirectory: "postgresql",
    RuntimeDirectoryMode: "0755",
    Restart: "on-failure",
  },
});

/** Apart from the server, so that one more database is no reason to restart it. */
const setup = (port: number, socket: string, ensure: string, initialScript: string | null) => ({
  description: "Roles and databases of PostgreSQL",
  wantedBy: ["multi-user.target"],
  requires: ["postgresql.service"],
  after: ["postgresql.service"],
  restartTriggers: [ensure],
  environment: { PGPORT: port, PGHOST: socket, INITIAL_SCRIPT: initialScript },
  script: [
    'psql="/usr/bin/psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=postgres"',
    // Made by the server's preStart with a new cluster.
    `for new in /var/lib/postgresql/*/main/stowage-new; do
  test -e "$new" || continue
  test -z "\${INITIAL_SCRIPT-}" || $psql --file="$INITIAL_SCRIPT"
  rm -- "$new"
done`,
    ...(ensure === "" ? [] : [`$psql --file=${directory}/ensure.sql >/dev/null`]),
  ].join("\n"),
  serviceConfig: { ...account, Type: "oneshot", RemainAfterExit: true },
});

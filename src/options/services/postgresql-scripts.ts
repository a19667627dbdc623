/** What is run for a PostgreSQL server: constant texts, but for the version of a package. */

/** Sets `version`: what the package is called by, else the newest that is installed. */
const version = (name: string): string => {
  const [, named] = /-(.+)$/.exec(name) ?? [];
  return named === undefined ? "version=$(ls /usr/lib/postgresql | sort -V | tail -n 1)" : `version=${named}`;
};

/**
 * Makes a cluster where there is none. Data of another version is somebody's, and an empty cluster beside it a fright.
 * @param marked whether a new cluster is to be known by a file in it
 */
export const preStart = (name: string, marked: boolean): string => `${version(name)}
data=/var/lib/postgresql/$version/main
test ! -s "$data/PG_VERSION" || exit 0
for other in /var/lib/postgresql/*/main/PG_VERSION; do
  test -e "$other" || continue
  echo "There is data of PostgreSQL $(cat "$other") in \${other%/PG_VERSION}, and version $version cannot read it." >&2
  echo "Set services.postgresql.package to postgresql-$(cat "$other"), or move the data over with pg_dumpall(1)." >&2
  exit 1
done
mkdir -p -- "\${data%/main}"
rm -rf -- "$data.new"
"/usr/lib/postgresql/$version/bin/initdb" --pgdata="$data.new" --username=postgres --encoding=UTF8 --locale=C.UTF-8 \\
  --auth-local=peer --auth-host=scram-sha-256 >/dev/null
${marked ? 'touch "$data.new/stowage-new"\n' : ""}mv -- "$data.new" "$data"`;

export const serverScript = (name: string, configuration: string): string => `${version(name)}
exec "/usr/lib/postgresql/$version/bin/postgres" -D "/var/lib/postgresql/$version/main" -c config_file=${configuration}`;

/**
 * The tree's own units make a cluster as Debian does, whenever postgresql.service is started. A drop-in for all names
 * that begin so (systemd.unit(5)); its condition never holds here.
 */
export const keepAwayFirstBoot = {
  "stowage-first-boot-postgresql-": { unitConfig: { ConditionPathExists: "!/etc/postgresql/postgresql.conf" } },
};

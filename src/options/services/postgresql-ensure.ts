/** SQL that makes roles and databases where they are not there. */
import { types } from "../../modules/index.ts";

/** A name of at most 63 bytes, as PostgreSQL keeps them. */
export const identifier = types.strMatching(
  /[A-Za-z_][A-Za-z0-9_$-]{0,62}/,
  "name of letters, digits, `_`, `$` and `-`, at most 63",
);

interface EnsuredUser {
  readonly name: string;
  readonly ensureDBOwnership: boolean;
}

/** Empty where there is nothing to do. A database cannot be made in a block of SQL: psql runs what a query returns. */
export function ensureSql(databases: readonly string[], users: readonly EnsuredUser[]): string {
  const owners = users.filter(({ ensureDBOwnership }) => ensureDBOwnership).map(({ name }) => name);
  const unique = (names: readonly string[]) => [...new Set(names)].sort();
  return [
    ...unique(users.map(({ name }) => name)).map((name) => unless("pg_roles", "rolname", name, "CREATE ROLE %I LOGIN")),
    ...unique([...databases, ...owners]).map((name) => unless("pg_database", "datname", name, "CREATE DATABASE %I")),
    ...unique(owners).map((name) => run("ALTER DATABASE %1$I OWNER TO %1$I", name)),
  ].join("");
}

const unless = (table: string, column: string, name: string, command: string): string =>
  run(command, name, ` WHERE NOT EXISTS (SELECT FROM ${table} WHERE ${column} = ${literal(name)})`);

const run = (command: string, name: string, condition = ""): string =>
  `SELECT format('${command}', ${literal(name)})${condition} \\gexec\n`;

/** The only way of a name into SQL. */
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

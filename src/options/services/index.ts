/** The services that a container can have by a few words. Each is one file: its options, and what follows from them. */
import { nginx, nginxOptions } from "./nginx.ts";
import { openssh, opensshOptions } from "./openssh.ts";
import { postgresql, postgresqlOptions } from "./postgresql.ts";
import { redis, redisOptions } from "./redis.ts";

/** Part of every container's system; where none of its options is defined, none of them is run. */
export const serviceModules = [nginx, openssh, postgresql, redis];

/** Their options below `services`, for the compiler. */
export const serviceOptions = {
  ...nginxOptions.services,
  ...opensshOptions.services,
  ...postgresqlOptions.services,
  ...redisOptions.services,
};

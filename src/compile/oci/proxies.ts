/** `networking.proxy` as variables of the environment. */
import type { HostConfig } from "../../options/index.ts";

/** In the order of their names; nothing where no proxy is declared. */
export function proxyVariables({ proxy }: HostConfig["networking"]): Record<string, string> {
  const variables = {
    http_proxy: proxy.httpProxy ?? proxy.default,
    https_proxy: proxy.httpsProxy ?? proxy.default,
    ftp_proxy: proxy.ftpProxy ?? proxy.default,
    rsync_proxy: proxy.rsyncProxy ?? proxy.default,
    all_proxy: proxy.allProxy ?? proxy.default,
    // A default proxy is none for the host itself.
    no_proxy: proxy.noProxy ?? (proxy.default === null ? null : "127.0.0.1,localhost"),
    ...proxy.envVars,
  };
  return Object.fromEntries(
    Object.entries(variables)
      .flatMap(([name, value]): [string, string][] => (value === null ? [] : [[name, value]]))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

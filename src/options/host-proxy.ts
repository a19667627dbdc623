/** Proxies of the host, for OCI containers. Contract and names: NixOS's `networking.proxy`. */
import { mkOption, types } from "../modules/index.ts";

const proxy = (what: string) =>
  mkOption({
    type: types.nullOr(types.line),
    default: null,
    defaultText: "networking.proxy.default",
    example: "http://127.0.0.1:3128",
    description: `The proxy for ${what}.`,
  });

export const proxyOptions = {
  proxy: {
    default: mkOption({
      type: types.nullOr(types.line),
      default: null,
      example: "http://proxy.example.org:3128",
      description:
        "The proxy that OCI containers and their engine's commands use, by variables of the environment. podman hands them on to the containers that it runs; docker does not. Images are fetched without them: podman takes the proxy from the environment that `stowage` is called in (rootless: none but what its containers.conf says), docker from how its daemon is set up. Of system containers say it in their `config`. Everybody on the host can read it: a password in it is none.",
    }),
    httpProxy: proxy("http (`http_proxy`)"),
    httpsProxy: proxy("https (`https_proxy`)"),
    ftpProxy: proxy("ftp (`ftp_proxy`)"),
    rsyncProxy: proxy("rsync (`rsync_proxy`)"),
    allProxy: proxy("all else (`all_proxy`)"),
    noProxy: mkOption({
      type: types.nullOr(types.line),
      default: null,
      defaultText: "127.0.0.1,localhost where there is a default proxy",
      example: "127.0.0.1,localhost,.example.org",
      description: "Addresses, networks and domains that are reached without a proxy (`no_proxy`).",
    }),
    envVars: mkOption({
      type: types.attrsOf(types.line),
      default: {},
      defaultText: "what the options above say",
      example: { http_proxy: "http://127.0.0.1:3128" },
      description: "The variables themselves. One that is given here counts instead of what the options above say.",
    }),
  },
};

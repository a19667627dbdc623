/** What an OCI container reaches, and what reaches it: ports, networks, volumes. */
import { mkOption, types } from "../../modules/index.ts";

/** `app`, `app:ip=10.89.5.2`, `host`: a word of `--network`. */
export const networkOrMode = types.strMatching(/[A-Za-z0-9][A-Za-z0-9_.:/=,@-]*/, "network, or mode of networking");

export const reachOptions = {
  ports: mkOption({
    type: types.listOf(types.portMapping),
    default: [],
    example: ["127.0.0.1:8080:80", "53:53/udp"],
    description:
      "Ports of the host that lead into the container, `[address:][hostPort]:containerPort[/protocol]`. Without an address on all addresses of the host, past its firewall: `plan` says so.",
  }),
  networks: mkOption({
    type: types.listOf(networkOrMode),
    default: [],
    example: ["app"],
    description:
      "Networks that the container is part of: of `ociContainers.networks`, the engine's, or a mode such as `host`.",
  }),
  volumes: mkOption({
    type: types.listOf(
      types.strMatching(
        /(?:\/[^:\p{Cc}]*|[A-Za-z0-9][\w.-]*):\/[^:\p{Cc}]*(?::[A-Za-z0-9,=_/.@#;+-]+)?/u,
        "/path or volume, :/target[:options]",
      ),
    ),
    default: [],
    example: ["data:/var/lib/app", "/srv/www:/srv/www:ro"],
    description: "Volumes and directories of the host that are mounted inside, `source:target[:options]`.",
  }),
};

/** A container's own name, whom it asks for those of others, and what it lets in. */
import { mkOption, types } from "../../modules/index.ts";
import { firewallOptions } from "./firewall.ts";

export const networkingOptions = {
  networking: {
    hostName: mkOption({
      type: types.nullOr(
        types.strMatching(
          /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
          "a host name: letters, digits and -, at most 63",
        ),
      ),
      default: null,
      defaultText: "the container's name",
      description: "Host name inside the container. null: the container's name.",
    }),
    extraHosts: mkOption({
      type: types.lines,
      default: "",
      example: "192.0.2.7 backup.example",
      description: "Further lines of the container's /etc/hosts.",
    }),
    domain: mkOption({
      type: types.nullOr(types.hostName),
      default: null,
      example: "example.org",
      description:
        "Domain that the container is in: its full name in /etc/hosts is `<hostName>.<domain>`, and short names are looked up in it, unless `search` names others.",
    }),
    nameservers: mkOption({
      type: types.listOf(types.ipAddress),
      default: [],
      example: ["192.0.2.53", "2001:db8::53"],
      description:
        "Name servers that the container asks instead of the host's. The C library asks the first three (resolv.conf(5)). Empty: the host's, as `copyResolvConf` says.",
    }),
    search: mkOption({
      type: types.listOf(types.hostName),
      default: [],
      example: ["example.org"],
      description:
        "Domains in which short names are looked up, in this order. Empty: `domain`, else what the host says.",
    }),
    firewall: firewallOptions,
  },
};

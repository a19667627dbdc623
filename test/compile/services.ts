/** `services` of a container that uses none. */
import type { SystemConfig } from "../../src/options/index.ts";

// Examples and tests of types add services of their own to the type.
export const noServices = {
  nginx: {
    enable: false,
    package: "nginx-light",
    user: "www-data",
    config: null,
    recommendedProxySettings: false,
    upstreams: {},
    virtualHosts: {},
    appendHttpConfig: "",
  },
  openssh: { enable: false, ports: [22], openFirewall: true, settings: {}, extraConfig: "", authorizedKeysFiles: [] },
  postgresql: {
    enable: false,
    package: "postgresql",
    enableTCPIP: false,
    openFirewall: false,
    settings: {},
    authentication: "",
    identMap: "",
    ensureDatabases: [],
    ensureUsers: [],
    initialScript: null,
  },
  redis: { servers: {} },
} as unknown as SystemConfig["services"];

/** A host.ts against the options of the host: completed and checked through `HostOptions`, a user's own options too. */

import {
  defineHost,
  defineModule,
  defineSystemModule,
  type HostConfig,
  mkForce,
  mkIf,
  mkMerge,
  mkOption,
  types,
} from "../../src/index.ts";

const own = { shop: { domain: mkOption({ type: types.hostName, default: "shop.example" }) } };
type OwnOptions = typeof own;
declare module "../../src/index.ts" {
  interface HostOptions extends OwnOptions {}
}

export const domain = (config: HostConfig): string => config.shop.domain;

export const shop = defineModule({
  options: own,
  config: ({ config }) => ({ containers: { shop: { autoStart: config.shop.domain !== "" } } }),
});

export default defineHost({
  imports: [shop],
  containers: { web: { autoStart: true, config: mkForce({ packages: ["nginx-light"] }) } },
});

export const computed = defineHost(({ config }) =>
  mkMerge([
    { shop: { domain: "a.example" } },
    mkIf(config.containers.web?.autoStart === true, { containers: { db: { autoStart: true } } }),
  ]),
);

defineHost({
  containers: {
    web: {
      // @ts-expect-error unknown option
      autostart: true,
    },
  },
});
defineHost({
  containers: {
    web: mkIf(true, {
      config: {
        // @ts-expect-error a wrong type, in a submodule of a submodule
        packages: "nginx",
      },
    }),
  },
});
defineHost({
  shop: {
    // @ts-expect-error a wrong type in an option of one's own
    domain: 5,
  },
});
defineHost({
  imports: [],
  // @ts-expect-error unknown option beside imports
  contaniers: {},
});
defineHost(({ config }) => {
  // @ts-expect-error config is read-only
  config.shop.domain = "x";
  return {};
});

/** A service of one's own, for inside a container. */
const shopService = {
  services: { shop: { enable: mkOption({ type: types.bool, default: false }), till: mkOption({ type: types.port }) } },
};
type ShopServices = typeof shopService.services;
declare module "../../src/index.ts" {
  interface ServiceOptions extends ShopServices {}
}
export const shopModule = defineSystemModule({
  options: shopService,
  when: "services.shop.enable",
  config: ({ config, name, host, lib }) => ({
    packages: [name],
    networking: { hostName: host.containers[name]?.localAddress ?? host.shop.domain },
    services: { nginx: lib.mkIf(config.services.shop.till > 1024, { enable: true }) },
  }),
});
defineSystemModule({
  options: {},
  config: {
    // @ts-expect-error a host's option, inside
    containers: {},
  },
});
defineHost({
  containers: {
    a: { config: { imports: [shopModule], services: { shop: { till: 5 }, openssh: { enable: true, ports: [2022] } } } },
    b: { config: ({ config, host }) => ({ packages: [config.services.nginx.package, host.shop.domain] }) },
    c: {
      config: {
        services: {
          openssh: {
            // @ts-expect-error a wrong type in a service's option
            ports: "2022",
          },
        },
      },
    },
    d: {
      config: {
        services: {
          // @ts-expect-error a service that nobody declares
          opensshd: {},
        },
      },
    },
  },
});

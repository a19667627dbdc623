// A module of one's own: options that say what is wanted, and what follows from them. `sites.<domain>` becomes a web
// server in a container; whoever uses it need not know how.
import { defineModule, mkDefault, mkIf, mkOption, types } from "stowage";

const site = types.submodule({
  options: {
    text: mkOption({ type: types.lines, description: "The page." }),
    port: mkOption({ type: types.port, description: "Port of the host." }),
    container: mkOption({ type: types.str, description: "Name of the container. Default: from the domain." }),
  },
  config: ({ name }) => ({ container: mkDefault(name.replaceAll(".", "-")) }),
});

const options = {
  sites: mkOption({ type: types.attrsOf(site), default: {}, description: "Web sites, by domain." }),
  siteNetwork: mkOption({
    type: types.strMatching(/\d+\.\d+\.\d+/),
    default: "10.50.0",
    description: "First three numbers of the addresses.",
  }),
};

// With this, editors and the compiler know `sites` in every host.ts that imports the module.
type SiteOptions = typeof options;
declare module "stowage" {
  interface HostOptions extends SiteOptions {}
}

export default defineModule({
  options,
  config: ({ config }) => {
    const sites = Object.values(config.sites);
    const containers = sites.map((one, index) => [
      one.container,
      {
        autoStart: mkDefault(true),
        privateNetwork: true,
        hostAddress: `${config.siteNetwork}.${2 * index + 1}`,
        localAddress: `${config.siteNetwork}.${2 * index + 2}`,
        forwardPorts: [{ hostPort: one.port, containerPort: 80 }],
        config: {
          packages: ["nginx-light"],
          environment: { etc: { "site/index.html": { text: one.text } } },
          systemd: { services: { nginx: { wantedBy: ["multi-user.target"] } } },
        },
      },
    ]);
    return {
      containers: Object.fromEntries(containers),
      warnings: mkIf(sites.length > 100, ["more than 100 sites do not fit into one network"]),
    };
  },
});

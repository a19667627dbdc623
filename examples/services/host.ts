// A web server, a database in memory and an application of one's own, in one container: each a few words of `services`.
import { defineHost } from "stowage";
import visits from "./visits.ts";

export default defineHost({
  containers: {
    bakery: {
      autoStart: true,

      privateNetwork: true,
      hostAddress: "10.233.5.1",
      localAddress: "10.233.5.2",
      forwardPorts: [{ hostPort: 8085, containerPort: 80 }],

      config: {
        imports: [visits],
        services: {
          nginx: {
            enable: true,
            virtualHosts: { bakery: { default: true, locations: { "/": { proxyPass: "http://127.0.0.1:3000" } } } },
          },
          redis: { servers: { "": { enable: true } } },
          visits: { enable: true, greeting: "Welcome" },
        },
      },
    },
  },
});

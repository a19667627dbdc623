// A system container and an OCI container that finds it by name. `npm run try` makes the image; any that has curl would do.
import { defineHost } from "stowage";

const page = "<h1>Hello from a container that host.ts declared.</h1>\n";

export default defineHost({
  containers: {
    web: {
      autoStart: true,

      privateNetwork: true,
      hostAddress: "10.233.1.1",
      localAddress: "10.233.1.2",
      forwardPorts: [{ hostPort: 8080, containerPort: 80 }],

      config: {
        packages: ["nginx-light"],
        environment: {
          etc: {
            "nginx/sites-enabled/default": {
              text: `server {
  listen 80;
  listen [::]:80;
  root /etc/site;
}
`,
            },
            "site/index.html": { text: page },
          },
        },
        systemd: { services: { nginx: { wantedBy: ["multi-user.target"] } } },
      },
    },
  },

  ociContainers: {
    containers: {
      visitor: {
        image: "localhost/visitor:1",
        // It is on this host already: no registry is asked.
        pull: "never",
        // Started when web is ready, and known there and everywhere as `visitor`.
        dependsOn: ["web"],
        cmd: ["sh", "-c", "trap 'exit 0' TERM; while curl --silent --show-error http://web/; do sleep 10 & wait; done"],
      },
    },
  },
});

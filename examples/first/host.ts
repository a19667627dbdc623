// A web server in a system container of its own, on a private network, with a port of the host leading into it.
import { defineHost } from "stowage";

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
            "site/index.html": { text: "<h1>Hello from a container that host.ts declared.</h1>\n" },
          },
        },
        // The package brings nginx.service; naming it with a wantedBy starts it.
        systemd: { services: { nginx: { wantedBy: ["multi-user.target"] } } },
      },
    },
  },
});

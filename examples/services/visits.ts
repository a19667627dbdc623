// A service of one's own, in the shape of those that stowage brings: options, and what follows from them.
import { defineSystemModule, mkOption, types } from "stowage";

const options = {
  services: {
    visits: {
      enable: mkOption({
        type: types.bool,
        default: false,
        description: "Whether there is a page that counts its visits.",
      }),
      port: mkOption({ type: types.port, default: 3000, description: "Port on 127.0.0.1 that it answers on." }),
      greeting: mkOption({ type: types.line, default: "Hello", description: "First word of the page." }),
    },
  },
};

// With this, editors and the compiler know `services.visits` in every container.
type VisitsServices = typeof options.services;
declare module "stowage" {
  interface ServiceOptions extends VisitsServices {}
}

// INCR is all of Redis's protocol that it takes.
const program = `import os, socket
from http.server import BaseHTTPRequestHandler, HTTPServer

class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        with socket.create_connection(("127.0.0.1", 6379)) as redis:
            redis.sendall(b"INCR visits\\r\\n")
            visits = redis.recv(64).decode().strip(":\\r\\n")
        body = f"{os.environ['GREETING']}, visitor {visits}\\n".encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
`;

export default defineSystemModule({
  options,
  // Where it is false the rest does not count.
  when: "services.visits.enable",
  config: ({ config }) => {
    const { port, greeting } = config.services.visits;
    return {
      packages: ["python3"],
      users: { users: { visits: { isSystemUser: true } } },
      environment: { etc: { "visits/app.py": { text: program } } },
      systemd: {
        services: {
          visits: {
            description: "Page that counts its visits",
            wantedBy: ["multi-user.target"],
            after: ["redis.service"],
            wants: ["redis.service"],
            environment: { PORT: port, GREETING: greeting },
            // The program's text is no part of the unit: without this a change of it would restart nothing.
            restartTriggers: [program],
            serviceConfig: { ExecStart: "/usr/bin/python3 /etc/visits/app.py", User: "visits", Restart: "always" },
          },
        },
      },
    };
  },
});

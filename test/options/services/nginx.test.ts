import { expect, test } from "vitest";
import { problems, system, textOf } from "./evaluated.ts";

const nginx = (options: object) =>
  textOf(system({ services: { nginx: { enable: true, ...options } } }), "nginx/nginx.conf");

test("a change of the configuration is a reload of the package's own unit", () => {
  const config = system({ services: { nginx: { enable: true } } });
  expect(config.packages).toEqual(["nginx-light"]);
  expect(config.systemd.services.nginx).toMatchObject({
    wantedBy: ["multi-user.target"],
    reloadTriggers: [textOf(config, "nginx/nginx.conf")],
    restartTriggers: [],
    serviceConfig: {},
  });
});

test("virtual hosts, locations, upstreams", () => {
  const text = nginx({
    upstreams: { app: { servers: ["127.0.0.1:3000", "unix:/run/app.sock backup"] } },
    virtualHosts: {
      "shop.example": {
        serverAliases: ["www.shop.example"],
        default: true,
        root: "/var/www/shop",
        index: ["index.html"],
        locations: {
          "/": { tryFiles: ["$uri", "/index.html"] },
          "/api/": { proxyPass: "http://app", proxyWebsockets: true, extraConfig: "proxy_read_timeout 1h;" },
          "= /health": { return: "200 all is well" },
          "~ \\.php$": { return: "404" },
        },
        extraConfig: "client_max_body_size 1m;",
      },
      other: { serverName: "b.example", listen: [{ addr: "127.0.0.1", port: 8080 }], return: "301 https://$host/" },
    },
    appendHttpConfig: "gzip on;",
  });
  expect(text.slice(text.indexOf("  upstream"))).toBe(`  upstream app {
    server 127.0.0.1:3000;
    server unix:/run/app.sock backup;
  }
  server {
    listen 127.0.0.1:8080;
    server_name b.example;
    return 301 https://$host/;
  }
  server {
    listen *:80 default_server;
    listen [::]:80 default_server;
    server_name shop.example www.shop.example;
    root /var/www/shop;
    index index.html;
    location / {
      try_files $uri /index.html;
    }
    location /api/ {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 1h;
    }
    location = /health {
      return 200 "all is well";
    }
    location ~ "\\\\.php$" {
      return 404;
    }
    client_max_body_size 1m;
  }
  gzip on;
}
`);
});

test("what is passed on knows who asked, where wanted", () => {
  const virtualHosts = { a: { locations: { "/": { proxyPass: "http://b", proxyWebsockets: true } } } };
  expect(nginx({ virtualHosts })).not.toContain("X-Forwarded-For");
  // Headers of a location replace those around it.
  expect(nginx({ virtualHosts, recommendedProxySettings: true }).match(/X-Forwarded-For/g)).toHaveLength(2);
});

test("further directives are as they were written, where they have several lines too", () => {
  const extraConfig = 'return 200 "one\ntwo\n\n  three";\nexpires 1h;';
  const text = nginx({ virtualHosts: { a: { extraConfig, locations: { "/": { extraConfig } } } } });
  expect(text.split(`${extraConfig}\n`)).toHaveLength(3);
});

test("the whole text instead", () => {
  expect(nginx({ config: "events {}\n", appendHttpConfig: "no" })).toBe("events {}\n");
});

test("no value ends its directive", () => {
  const text = nginx({ virtualHosts: { 'a; } "\\': { root: '/srv/x; } location / { return 200 "' } } });
  expect(text).toContain('    server_name "a; } \\"\\\\";\n');
  expect(text).toContain('    root "/srv/x; } location / { return 200 \\"";\n');
  const refused = (virtualHosts: object) =>
    expect(problems({ services: { nginx: { enable: true, virtualHosts } } })[0]).toMatch(/^wrong-type/);
  refused({ "a\n": {} });
  refused({ a: { root: "/a\n" } });
  refused({ a: { locations: { "/\n": {} } } });
  refused({ a: { return: "200 a\nb" } });
  refused({ a: { return: "yes" } });
  refused({ a: { listen: [{ addr: "a; b" }] } });
});

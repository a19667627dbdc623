import { expect, test } from "vitest";
import { render } from "../../../src/units/index.ts";
import { compiled } from "./evaluated.ts";

const environment = (proxy: object, backend = "podman"): string[] => {
  const { units } = compiled({
    networking: { proxy },
    ociContainers: { backend, containers: { web: { image: "localhost/web:1" } } },
  });
  const text = render(units[`${backend}-web.service`]!);
  return text.split("\n").filter((line) => line.startsWith("Environment=") && !line.includes("PODMAN_"));
};

test("none are set where no proxy is declared", () => {
  expect(environment({})).toEqual([]);
});

test("a default is everybody's, and not this host's own", () => {
  expect(environment({ default: "http://proxy:3128" }, "docker")).toEqual([
    'Environment="all_proxy=http://proxy:3128"',
    'Environment="ftp_proxy=http://proxy:3128"',
    'Environment="http_proxy=http://proxy:3128"',
    'Environment="https_proxy=http://proxy:3128"',
    'Environment="no_proxy=127.0.0.1,localhost"',
    'Environment="rsync_proxy=http://proxy:3128"',
  ]);
});

test("an option says one variable; a variable that is given itself wins; `%` is itself", () => {
  const proxy = { httpProxy: "http://u:p%40ss@a:1", noProxy: "localhost", envVars: { no_proxy: "b" } };
  expect(environment(proxy)).toEqual(['Environment="http_proxy=http://u:p%%40ss@a:1"', 'Environment="no_proxy=b"']);
});

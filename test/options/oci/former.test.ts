import { describe, expect, test } from "vitest";
import { compiled, evaluated } from "../../compile/oci/evaluated.ts";

const web = { image: "localhost/web:1" };

describe("dockerContainers", () => {
  test("is ociContainers with docker, and a warning that says so", () => {
    const { config, warnings } = evaluated({ dockerContainers: { web } });
    expect(config.ociContainers.backend).toBe("docker");
    expect(config.ociContainers.containers.web).toMatchObject(web);
    expect(warnings.map(({ message }) => message)).toEqual([
      'dockerContainers is now called ociContainers.containers: write ociContainers = { backend: "docker", containers: … } instead',
    ]);
  });

  test("compiles to what the new words compile to", () => {
    expect(compiled({ dockerContainers: { web } }).id).toBe(
      compiled({ ociContainers: { backend: "docker", containers: { web } } }).id,
    );
  });

  test("what is wrong in it is told", () => {
    const [issue] = evaluated({ dockerContainers: { web: { ...web, ports: [80] } } }).issues;
    expect(issue?.message).toBe(
      "ociContainers.containers.web.ports[0] must be port mapping such as 8080:80 or 127.0.0.1:53:53/udp",
    );
  });

  test("is no other engine's", () => {
    const [issue] = evaluated({ dockerContainers: { web }, ociContainers: { backend: "podman" } }).issues;
    expect(issue?.message).toContain("ociContainers.backend");
  });
});

test("nobody is warned who does not use it", () => {
  expect(evaluated({ ociContainers: { containers: { web } } }).warnings).toEqual([]);
});

test("extraDockerOptions is extraOptions, with a warning", () => {
  const containers = { web: { ...web, extraDockerOptions: ["--shm-size=1m"], extraOptions: ["--init"] } };
  const { config, warnings } = evaluated({ ociContainers: { containers } });
  expect([...(config.ociContainers.containers.web?.extraOptions ?? [])].sort()).toEqual(["--init", "--shm-size=1m"]);
  expect(warnings.map(({ message }) => message)).toEqual([
    "ociContainers.containers.web.extraDockerOptions is now called extraOptions",
  ]);
});

test("log-driver, as NixOS spells it, is logDriver", () => {
  const { config, warnings } = evaluated({ ociContainers: { containers: { web: { ...web, "log-driver": "none" } } } });
  expect(config.ociContainers.containers.web?.logDriver).toBe("none");
  expect(warnings).toEqual([]);
});

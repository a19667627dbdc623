import { expect, test } from "vitest";
import { render } from "../../../src/units/index.ts";
import { compiled } from "./evaluated.ts";

const web = { image: "localhost/web:1", ports: ["127.0.0.1:8080:80"] };
const unitText = (definitions: object, name: string): string => {
  const unit = compiled(definitions).units[name];
  if (unit === undefined) throw new Error(`there is no ${name}`);
  return render(unit);
};

test("a container is the service <backend>-<name>, unless it has another name", () => {
  const named = { containers: { web, other: { ...web, ports: [], serviceName: "my-web" } } };
  expect(Object.keys(compiled({ ociContainers: named }).units)).toEqual(
    expect.arrayContaining(["podman-web.service", "my-web.service"]),
  );
  expect(compiled({ ociContainers: { backend: "docker", ...named } }).containers.web).toMatchObject({
    kind: "oci",
    unit: "docker-web.service",
    oci: { engine: "docker", image: "localhost/web:1", user: "root" },
  });
});

test("it starts with the host, unless autoStart is false", () => {
  const links = (autoStart: boolean) => compiled({ ociContainers: { containers: { web: { ...web, autoStart } } } });
  expect(links(true).unitLinks["multi-user.target.wants/podman-web.service"]).toBe("../podman-web.service");
  expect(Object.keys(links(false).unitLinks).filter((link) => link.includes("podman-web"))).toEqual([]);
});

test("a start asks no registry", () => {
  for (const backend of ["podman", "docker"])
    expect(unitText({ ociContainers: { backend, containers: { web } } }, `${backend}-web.service`)).toContain(
      " --pull=never ",
    );
});

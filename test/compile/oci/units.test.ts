import { describe, expect, test } from "vitest";
import { problemsOf } from "./evaluated.ts";

const image = "localhost/web:1";
const named = (containers: Readonly<Record<string, object>>, backend = "podman") =>
  problemsOf({
    ociContainers: {
      backend,
      containers: Object.fromEntries(Object.entries(containers).map(([name, one]) => [name, { image, ...one }])),
    },
  });

test.each(["my app", "-a", "_a", ".a", "a/b", "ä", "", "a".repeat(201)])("%j cannot be a name", (name) => {
  expect(named({ [name]: {} })).toContain(`${JSON.stringify(name)} cannot be the name of an OCI container`);
});
test.each(["web", "my_app.v2", "7", "A-b"])("%j can be a name", (name) => {
  expect(named({ [name]: {} })).toEqual([]);
});

test("one name for containers of two kinds is refused", () => {
  const containers = { web: { path: "/srv/tree" } };
  expect(problemsOf({ containers, ociContainers: { containers: { web: { image } } } })).toEqual([
    "there are two containers that are called web: a system container and an OCI container",
  ]);
});

describe("one unit for two", () => {
  test("by serviceName", () => {
    expect(named({ a: { serviceName: "s" }, b: { serviceName: "s" } })).toEqual([
      "s.service would be the unit of container b, and is that of container a",
    ]);
    expect(named({ a: {}, b: { serviceName: "podman-a" } })).toEqual([
      "podman-a.service would be the unit of container b, and is that of container a",
    ]);
    expect(named({ a: {}, b: { serviceName: "podman-a" } }, "docker")).toEqual([]);
  });

  test.each(["docker", "podman", "stowage-boot", "container@web", "container-net@x", "podman-auto-update"])(
    "%s is somebody else's",
    (serviceName) => {
      expect(named({ a: { serviceName } })).toEqual([
        `${serviceName}.service would be the unit of container a, and is that of somebody else`,
      ]);
    },
  );

  test("podman's own by the container's name", () => {
    expect(named({ restart: {} })).toEqual([
      "podman-restart.service would be the unit of container restart, and is that of somebody else",
    ]);
    expect(named({ restart: {} }, "docker")).toEqual([]);
  });

  test("a system container's", () => {
    const containers = { web: { path: "/srv/tree" } };
    const ociContainers = { containers: { b: { image, serviceName: "container@web" } } };
    expect(problemsOf({ containers, ociContainers })).toEqual([
      "container@web.service would be the unit of container b, and is that of system container web",
    ]);
  });
});

test("serviceName without .service", () => {
  expect(named({ a: { serviceName: "web.service" } })).toEqual(["web.service would be the unit web.service.service"]);
});

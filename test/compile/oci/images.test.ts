import { expect, test } from "vitest";
import { compile, imageRequestsOf, warningsOf } from "../../../src/compile/index.ts";
import { defaultLayout } from "../../../src/store/layout.ts";
import { render } from "../../../src/units/index.ts";
import { lock } from "../config.ts";
import { compiled, evaluated } from "./evaluated.ts";

const digest = `sha256:${"ab".repeat(32)}`;
const image = "docker.io/library/nginx:1.27";
const declared = (web: object, backend = "podman") => ({
  ociContainers: { backend, containers: { web: { image, ...web } } },
});

test("what the lock pins is what runs, and the generation has where it comes from", () => {
  const pinned = `docker.io/library/nginx@${digest}`;
  const evaluation = evaluated(declared({}));
  const generation = compile(evaluation, { ...lock, images: { [image]: pinned } }, defaultLayout);
  const text = render(generation.units["podman-web.service"] as Parameters<typeof render>[0]);
  expect(text).toContain(` ${pinned}`);
  expect(text).not.toContain(":1.27");
  expect(generation.containers.web?.oci).toEqual({
    engine: "podman",
    user: "root",
    image,
    pinned,
    source: { kind: "registry", login: null },
  });
});

test("an image that nobody has pinned yet can be planned with, under its name", () => {
  const generation = compiled(declared({}));
  expect(render(generation.units["podman-web.service"] as Parameters<typeof render>[0])).toContain(` ${image}`);
  expect(generation.containers.web?.oci?.pinned).toBe(null);
});

test("each source, and whose engine", () => {
  const requestOf = (web: object, backend?: string) => imageRequestsOf(evaluated(declared(web, backend)).config)[0];
  const login = { registry: "ghcr.io", username: "bob", passwordFile: "/run/secrets/registry" };
  expect(requestOf({ login })).toMatchObject({ engine: "podman", user: "root", source: { kind: "registry", login } });
  expect(requestOf({ login: { ...login, registry: null } })?.source).toEqual({ kind: "registry", login: null });
  expect(requestOf({ pull: "never" })?.source).toEqual({ kind: "here" });
  expect(requestOf({ imageFile: "/srv/web.tar", login })?.source).toEqual({ kind: "file", path: "/srv/web.tar" });
  expect(requestOf({ imageStream: "/srv/make" })?.source).toEqual({ kind: "stream", path: "/srv/make" });
  expect(requestOf({ podman: { user: "alice" } })?.user).toBe("alice");
  expect(requestOf({}, "docker")).toMatchObject({ engine: "docker", user: "root" });
});

test("a login that is not made is told", () => {
  const login = { registry: "ghcr.io", username: "bob", passwordFile: "/run/secrets/registry" };
  const warnings = (web: object) =>
    warningsOf(evaluated(declared(web)).config).filter(({ code }) => code === "unused-login");
  const told = (web: object) => warnings(web).map(({ message }) => message);
  expect(told({ login })).toEqual([]);
  expect(told({})).toEqual([]);
  expect(told({ login: { ...login, registry: null } })).toEqual([
    "container web: no login is made, as login.registry is not set",
  ]);
  expect(told({ login: { username: "bob" } })).toEqual([
    "container web: no login is made, as login.registry and login.passwordFile are not set",
  ]);
  expect(told({ login, imageFile: "/srv/web.tar" })[0]).toContain("its image comes from imageFile");
  expect(told({ login, pull: "never" })[0]).toContain("nothing is fetched");
});

import { expect, test } from "vitest";
import type { Configured } from "../../src/cli/evaluate.ts";
import { engineProblems, requireEngine } from "../../src/cli/required-engines.ts";
import { compiled, evaluated } from "../compile/oci/evaluated.ts";

const config = (backend: string, image = "localhost/web:1") => ({
  ociContainers: { backend, containers: { db: { image }, web: { image } } },
});
const nothing = () => false;

test("a missing engine: which, for whom, and how to get it", () => {
  const [problem, ...others] = engineProblems(compiled(config("podman")), null, nothing);
  expect(others).toEqual([]);
  expect(problem).toEqual({
    code: "no-engine",
    message: "podman is not installed, and containers db, web would be run by it",
    details: ["there is no /usr/bin/podman"],
    hint: "install it: on Debian `apt-get install podman`",
  });
});

test("the other one is offered where it is there", () => {
  const [problem] = engineProblems(compiled(config("docker")), null, (path) => path === "/usr/bin/podman");
  expect(problem?.hint).toContain('or set ociContainers.backend = "podman", which is installed');
});

test("nothing is asked where it is there, where there is no OCI container, or where nothing changed", () => {
  const generation = compiled(config("podman"));
  expect(engineProblems(generation, null, () => true)).toEqual([]);
  expect(engineProblems(compiled({}), null, nothing)).toEqual([]);
  expect(engineProblems(generation, compiled(config("podman")), nothing)).toEqual([]);
  expect(engineProblems(compiled(config("podman", "localhost/web:2")), generation, nothing)).toHaveLength(1);
});

test("of a configuration, with the place of the backend", () => {
  const of = (definitions: object) => () =>
    requireEngine({ evaluation: evaluated(definitions) } as unknown as Configured, nothing);
  expect(of(config("docker"))).toThrow("docker is not installed, and containers db, web would be run by it");
  expect(of({ ociContainers: { backend: "docker" } })).not.toThrow();
});

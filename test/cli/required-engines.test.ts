import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Configured } from "../../src/cli/evaluate.ts";
import { engineProblems, requireEngine } from "../../src/cli/required-engines.ts";
import { emptyLock } from "../../src/systems/lock.ts";
import { writeLock } from "../../src/systems/lock-file.ts";
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
    hint: "install it: the package is podman on Debian",
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

test("docker's command is a package of its own from Debian 13 on, and not there before", () => {
  const [problem] = engineProblems(compiled(config("docker")), null, nothing);
  expect(problem?.hint).toBe("install it: the package is docker.io (from Debian 13 on docker-cli too) on Debian");
});

test("of a configuration, with the place of the backend", () => {
  const of = (definitions: object) => () =>
    requireEngine({ evaluation: evaluated(definitions), lockFile: "/nowhere" } as unknown as Configured, nothing);
  expect(of(config("docker"))).toThrow("docker is not installed, and containers db, web would be run by it");
  expect(of({ ociContainers: { backend: "docker" } })).not.toThrow();
});

test("of what the lock has an image for nothing is asked: a package of somebody else's is added without the engine", () => {
  const directory = mkdtempSync(join(tmpdir(), "required-"));
  try {
    const lockFile = join(directory, "stowage.lock");
    const digest = `sha256:${"1".repeat(64)}`;
    writeLock(lockFile, { ...emptyLock, images: { "localhost/web:1": `localhost/web@${digest}` } });
    const images = (web: string, db: string) => ({
      ociContainers: { containers: { db: { image: db }, web: { image: web } } },
    });
    const of = (definitions: object) => () =>
      requireEngine({ evaluation: evaluated(definitions), lockFile } as unknown as Configured, nothing);
    expect(of(images("localhost/web:1", "localhost/web:1"))).not.toThrow();
    expect(of(images("localhost/web:1", `localhost/db@${digest}`))).not.toThrow();
    expect(of(images("localhost/web:1", "localhost/db:1"))).toThrow("podman is not installed, and container db would");
  } finally {
    rmSync(directory, { recursive: true });
  }
});

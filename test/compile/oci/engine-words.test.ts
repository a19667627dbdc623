/** Options of the engine's command itself that choose another engine than the host's. */
import { expect, test } from "vitest";
import { problemsOf } from "./evaluated.ts";

const found = (backend: string, ...preRunExtraOptions: string[]) =>
  problemsOf({ ociContainers: { backend, containers: { web: { image: "localhost/web:1", preRunExtraOptions } } } });

test.each([
  ["podman", "--root", "/srv/images"],
  ["podman", "--root=/srv/images"],
  ["podman", "--runroot=/run/images"],
  ["podman", "--imagestore=/srv/images"],
  ["podman", "--storage-driver=vfs"],
  ["podman", "--url=unix:///run/other.sock"],
  ["podman", "--connection=far"],
  ["podman", "-c", "far"],
  ["podman", "--remote"],
  ["podman", "-r"],
  ["docker", "--host=tcp://192.0.2.1"],
  ["docker", "-Htcp://192.0.2.1"],
  ["docker", "-H", "tcp://192.0.2.1"],
  ["docker", "--context", "far"],
  ["docker", "-c", "far"],
  ["docker", "-DH", "far"],
])("%s: %s chooses another store or machine, and is refused", (backend, ...words) => {
  expect(found(backend, ...words)).toEqual([
    `"${words[0]}" in ociContainers.containers.web.preRunExtraOptions chooses another store, or another machine`,
  ]);
});

test.each([
  ["podman", "--runtime", "crun", "--storage-opt=a b", "--cgroup-manager=cgroupfs", "--log-level", "error"],
  ["docker", "--config", "/srv/docker", "--log-level=error", "-D"],
])("%s: others are not", (backend, ...words) => {
  expect(found(backend, ...words)).toEqual([]);
});

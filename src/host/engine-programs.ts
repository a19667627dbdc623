/** The programs that OCI containers are run by, and the packages that bring them. */
export const enginePrograms = { podman: "/usr/bin/podman", docker: "/usr/bin/docker" } as const;

/** As a person is told it. Debian 12 has no docker-cli: named to its apt, nothing at all would be installed. */
export const enginePackages = {
  podman: { debian: "podman", fedora: "podman", arch: "podman" },
  docker: { debian: "docker.io (from Debian 13 on docker-cli too)", fedora: "moby-engine", arch: "docker" },
} as const;

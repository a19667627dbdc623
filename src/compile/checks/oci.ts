/** Checks of OCI containers: of each by itself. */
import { isChosen, lengthOf, parsePublished } from "../../network/index.ts";
import type { HostConfig, OciConfig } from "../../options/index.ts";
import type { Problems } from "../problems.ts";
import { atOci } from "./place.ts";

type Backend = HostConfig["ociContainers"]["backend"];

export function checkOci({ ociContainers }: Pick<HostConfig, "ociContainers">, problems: Problems): void {
  for (const [name, container] of Object.entries(ociContainers.containers)) {
    checkOciName(name, problems);
    checkOneSource(name, container, problems);
    checkPublished(`container ${name}`, atOci(name), container, ociContainers.backend, problems);
  }
  for (const [name, pod] of Object.entries(ociContainers.pods))
    checkPublished(`pod ${name}`, ["ociContainers", "pods", name], pod, ociContainers.backend, problems);
}

type Publishing = Pick<OciConfig, "ports" | "networks">;
type At = readonly string[];

function checkPublished(who: string, at: At, one: Publishing, backend: Backend, problems: Problems): void {
  checkRanges(who, at, one, backend, problems);
  checkOwnNetwork(who, at, one, problems);
}

/** What both engines call a container; longer, and its unit's name would be none. */
function checkOciName(name: string, problems: Problems): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/.test(name)) return;
  problems.add(
    {
      code: "bad-container-name",
      message: `${JSON.stringify(name)} cannot be the name of an OCI container`,
      details: ["a name is 1 to 200 letters, digits, `_`, `.` and `-`, and begins with a letter or digit"],
    },
    ["ociContainers", "containers", name],
  );
}

function checkOneSource(name: string, { imageFile, imageStream }: OciConfig, problems: Problems): void {
  if (imageFile === null || imageStream === null) return;
  problems.add(
    {
      code: "two-sources",
      message: `container ${name} has an imageFile and an imageStream`,
      details: ["its image is loaded from one of them"],
      hint: "remove the other",
    },
    atOci(name, "imageFile"),
    atOci(name, "imageStream"),
  );
}

function checkRanges(who: string, at: At, { ports }: Publishing, backend: Backend, problems: Problems): void {
  for (const text of new Set(ports)) {
    const port = parsePublished(text);
    const { host, inside } = port;
    if (host === null || lengthOf(host) === lengthOf(inside)) continue;
    if (backend === "docker" && isChosen(port)) continue;
    problems.add(
      {
        code: "port-range",
        message: `${who} publishes ${text}: ${lengthOf(host)} of the host, ${lengthOf(inside)} inside`,
        details: [
          "each port of the host leads to one inside, in order",
          ...(isChosen(port) ? ["docker takes one of them that is free, podman cannot"] : []),
        ],
        hint: isChosen(port)
          ? `name one, or leave it to podman: ${JSON.stringify(text.replace(/(?:\d+-\d+)(?=:)/, ""))}`
          : "give both ranges the same length",
      },
      [...at, "ports"],
    );
  }
}

/** podman-run(1), docker-run(1) "--network": with these there is nothing that a port of the host could lead into. */
const withoutPorts = /^(?:host|none|container:.*|ns:.*)$/;

function checkOwnNetwork(who: string, at: At, { ports, networks }: Publishing, problems: Problems): void {
  const mode = networks.find((network) => withoutPorts.test(network));
  if (mode === undefined || ports.length === 0) return;
  problems.add(
    {
      code: "port-without-network",
      message: `${who} publishes ports, and its network is ${JSON.stringify(mode)}`,
      details: [
        mode === "host"
          ? "its ports are the host's already: the engine would drop what is published"
          : "it has no network of its own that they could lead into: the engine would drop them",
      ],
      hint: "remove ports, or give it another network",
    },
    [...at, "ports"],
    [...at, "networks"],
  );
}

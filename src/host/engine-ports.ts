/** Ports of a running container as its engine has published them. Facts: podman-port(1), docker-container-port(1). */
import { type AsUser, ask, type EngineOf } from "./engines.ts";

export interface PublishedPort {
  readonly containerPort: number;
  readonly protocol: string;
  /** Of the host; `0.0.0.0` and `::` are all of their family. */
  readonly address: string;
  readonly hostPort: number;
}

/** @returns null where the engine does not say it: the container is not there, or does not run */
export async function publishedPorts(of: EngineOf, name: string, asUser: AsUser): Promise<PublishedPort[] | null> {
  const { status, stdout } = await ask(of, ["container", "port", "--", name], asUser);
  return status === 0 ? parsePublishedPorts(stdout) : null;
}

/** @param text lines such as `80/tcp -> 0.0.0.0:8080`, `80/tcp -> [::]:8080` */
export function parsePublishedPorts(text: string): PublishedPort[] {
  return [...text.matchAll(/^(\d+)\/(\w+) -> \[?([0-9a-fA-F.:]*?)\]?:(\d+)$/gm)].map(
    ([, containerPort, protocol = "", address = "", hostPort]) => ({
      containerPort: Number(containerPort),
      protocol,
      address,
      hostPort: Number(hostPort),
    }),
  );
}

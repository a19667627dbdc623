/** Checks of forwarded ports across containers. */
import type { HostConfig } from "../../options/index.ts";
import type { Problems } from "../problems.ts";
import { at } from "./place.ts";

export function checkPorts(config: HostConfig, problems: Problems): void {
  const owners = { tcp: new Map<number, string>(), udp: new Map<number, string>() };
  for (const [name, { forwardPorts }] of Object.entries(config.containers)) {
    for (const { protocol, hostPort } of forwardPorts) {
      const other = owners[protocol].get(hostPort);
      owners[protocol].set(hostPort, name);
      if (other === undefined) continue;
      const port = `${hostPort}/${protocol}`;
      problems.add(
        {
          code: "port-clash",
          message:
            other === name
              ? `container ${name} forwards port ${port} of the host twice`
              : `port ${port} of the host is forwarded to container ${other} and to container ${name}`,
        },
        at(other, "forwardPorts"),
        ...(other === name ? [] : [at(name, "forwardPorts")]),
      );
    }
  }
}

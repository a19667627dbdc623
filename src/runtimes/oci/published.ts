/** Ports of the host that lead into an OCI container, for those who look at a generation. */
import type { ForwardedPort } from "../../compile/generation.ts";
import { isChosen, lengthOf, parsePublished } from "../../network/index.ts";
import type { OciContainer } from "./container.ts";

/** Those of its pod lead into each of the pod's containers. */
export const publishedPorts = ({
  name,
  ports,
  podPorts,
}: Pick<OciContainer, "name" | "ports" | "podPorts">): ForwardedPort[] =>
  [...ports, ...podPorts].map((text) => {
    const port = parsePublished(text);
    const { protocol, address, host, inside } = port;
    const count = lengthOf(inside);
    return {
      container: name,
      protocol,
      hostPort: host?.from ?? 0,
      containerPort: inside.from,
      ...(count > 1 && { count }),
      ...(host !== null && isChosen(port) && { oneOf: lengthOf(host) }),
      ...(address !== null && { address }),
    };
  });

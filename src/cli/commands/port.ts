/** stowage port NAME [PORT]: which ports of the host lead into a container, a line for each. As docker prints it. */
import type { ContainerPart, ForwardedPort } from "../../compile/generation.ts";
import { StowageError } from "../../error.ts";
import { type PublishedPort, publishedPorts } from "../../host/engine-ports.ts";
import { asUser } from "../as-user.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { findContainers } from "../names.ts";
import type { Session, SharedFlags } from "../session.ts";

type Port = PublishedPort & { readonly interface?: string };

/** Exit code 1 where a port was asked for and nothing leads to it. */
export default async function port(
  session: Session,
  flags: SharedFlags & JsonFlag,
  name: string,
  wanted?: string,
): Promise<number> {
  const [container] = findContainers(currentOf(session), [name]);
  const one = wanted === undefined ? undefined : parsePort(wanted);
  const all = await portsOf(container!);
  const ports = all.filter(
    ({ containerPort, protocol }) => one === undefined || (containerPort === one.port && protocol === one.protocol),
  );
  if (one !== undefined && ports.length === 0) throw noPort(name, one);
  if (flags.json) session.print(`${JSON.stringify(ports, null, 2)}\n`);
  else session.print(ports.map((each) => `${lineOf(each, one === undefined)}\n`).join(""));
  return exitCodes.done;
}

/** `80`, `80/tcp`, `53/udp`. */
function parsePort(text: string): { readonly port: number; readonly protocol: string } {
  const [, number, protocol = "tcp"] = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  const port = Number(number);
  if (port >= 1 && port <= 65_535) return { port, protocol };
  throw new StowageError(
    {
      code: "bad-usage",
      message: `"${text}" is no port`,
      hint: "a port inside the container, 80 or 53/udp",
    },
    { exitCode: exitCodes.badUsage },
  );
}

/** The engine knows more of a container that runs: which port it chose. */
async function portsOf(container: ContainerPart): Promise<Port[]> {
  const { oci, name, ports } = container;
  const published =
    oci === undefined || ports.length === 0 ? null : await publishedPorts(oci, name, asUser).catch(() => null);
  return published ?? ports.flatMap((declared) => expanded(declared, container.addresses));
}

/** Those that the engine is still to choose are none yet. */
export function expanded(port: ForwardedPort, inside: readonly string[]): Port[] {
  const { protocol, hostPort, containerPort, count = 1, oneOf = 1 } = port;
  if (hostPort === 0 || oneOf > 1) return [];
  const families = [
    ...(inside.length === 0 || inside.some((address) => !address.includes(":")) ? ["0.0.0.0"] : []),
    ...(inside.some((address) => address.includes(":")) ? ["::"] : []),
  ];
  const addresses = port.address === undefined ? families : [port.address];
  return Array.from({ length: count }, (_, at) => at).flatMap((at) =>
    addresses.map((address) => ({
      containerPort: containerPort + at,
      protocol,
      address,
      hostPort: hostPort + at,
      ...(port.interface !== undefined && { interface: port.interface }),
    })),
  );
}

function lineOf({ containerPort, protocol, address, hostPort, interface: by }: Port, isWhole: boolean): string {
  const outside = `${address.includes(":") ? `[${address}]` : address}:${hostPort}${by === undefined ? "" : ` on ${by}`}`;
  return isWhole ? `${containerPort}/${protocol} -> ${outside}` : outside;
}

const noPort = (name: string, { port, protocol }: { readonly port: number; readonly protocol: string }): StowageError =>
  new StowageError({
    code: "no-port",
    message: `no port of this host leads to port ${port}/${protocol} of container ${name}`,
    hint: `those that do: stowage port ${name}`,
  });

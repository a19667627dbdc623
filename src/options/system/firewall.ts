/** What of the network reaches a container's services. */
import { mkOption, types } from "../../modules/index.ts";

/** Not types.port: 0 means "any" to the kernel, and no packet has it. */
const port = types.ints.between(1, 65535);

export const portRangeOptions = {
  from: mkOption({ type: port, description: "The first port of the range." }),
  to: mkOption({ type: port, description: "The last port of the range." }),
};

const ports = (protocol: string, example: number[]) =>
  mkOption({
    type: types.listOf(port),
    default: [],
    example,
    description: `${protocol} ports that are open where the firewall is on: those that services inside listen on, whatever port of the host leads to them.`,
  });

const ranges = (protocol: string) =>
  mkOption({
    type: types.listOf(types.submodule({ options: portRangeOptions })),
    default: [],
    example: [{ from: 8000, to: 8010 }],
    description: `Ranges of ${protocol} ports that are open where the firewall is on.`,
  });

export const firewallOptions = {
  enable: mkOption({
    type: types.bool,
    default: false,
    description:
      "Lets only in what is said here, beside answers and what a network needs to work. The rules are in the container's own network namespace, so it must have one; they are there before its services, and the host's: only a container whose root rules its network (`privateUsers = \"no\"`) could change them. A switch exchanges them in one step, whatever `onChange` says: the container runs on, and so do its connections, those too to a port that is closed now.",
  }),
  allowedTCPPorts: ports("TCP", [22, 80]),
  allowedUDPPorts: ports("UDP", [53]),
  allowedTCPPortRanges: ranges("TCP"),
  allowedUDPPortRanges: ranges("UDP"),
  allowPing: mkOption({
    type: types.bool,
    default: true,
    description: "Whether pings are answered, by IPv4 and IPv6.",
  }),
  trustedInterfaces: mkOption({
    type: types.listOf(types.interfaceName),
    default: [],
    example: ["backup0"],
    description: "Interfaces, by their names inside, from which everything is let in.",
  }),
  rejectPackets: mkOption({
    type: types.bool,
    default: false,
    description: "true: who is refused is told at once. false: there is no answer, as if nobody were there.",
  }),
};

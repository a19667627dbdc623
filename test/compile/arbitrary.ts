/** Containers of all kinds for properties, not yet compiled, so that a counterexample can be read. */
import fc from "fast-check";
import type { ShortContainer } from "./config.ts";

const forwards = fc.constantFrom<ShortContainer["forwardPorts"]>(
  [],
  [],
  [{ hostPort: 1, containerPort: 80 }],
  [
    { hostPort: 2, containerPort: 80, hostAddress: "192.0.2.7" },
    { hostPort: 3, protocol: "udp", containerPort: 53, interface: "eth5" },
  ],
);

/** @param index tells addresses and ports from those of others */
const container = (name: string, index: number): fc.Arbitrary<ShortContainer> =>
  fc
    .record({
      autoStart: fc.boolean(),
      ephemeral: fc.boolean(),
      copyResolvConf: fc.boolean(),
      kind: fc.constantFrom("host", "direct", "direct6", "bridge", "other", "joined", "moved", "macvlan"),
      third: fc.integer({ min: 1, max: 3 }),
      ports: forwards,
      veth: fc.boolean(),
      users: fc.boolean(),
      system: fc.constantFrom("a", "b", "nginx", "path", "nix"),
      bind: fc.constantFrom(null, null, "/srv/shared", "/srv/own"),
      create: fc.boolean(),
      open: fc.constantFrom(null, 80),
    })
    .map(({ kind, third, ports, veth, users, system, bind, create, open, ...rest }): ShortContainer => {
      const shift = (port: NonNullable<ShortContainer["forwardPorts"]>[number]) => ({
        ...port,
        hostPort: 1000 * (index + 1) + port.hostPort,
      });
      const own = kind !== "host" && kind !== "joined";
      const main = kind !== "host" && kind !== "joined" && kind !== "moved" && kind !== "macvlan";
      const bridge = kind === "bridge" ? "br0" : kind === "other" ? "br1" : null;
      const address = (of: number) => ({
        hostAddress: bridge === null || of > 0 ? `10.${index}.${third + 10 * of}.1` : null,
        localAddress: `10.${index}.${third + 10 * of}.2${bridge === null ? "" : "/16"}`,
        ...(kind === "direct6" && {
          hostAddress6: `fd00:${index}:${third}:${of}::1`,
          localAddress6: `fd00:${index}:${third}:${of}::2`,
        }),
      });
      return {
        ...rest,
        ...(main && {
          privateNetwork: true,
          hostBridge: bridge,
          ...address(0),
          forwardPorts: (ports ?? []).map(shift),
        }),
        ...(kind === "joined" && { networkNamespace: "/run/netns/x" }),
        ...(kind === "moved" && { interfaces: [`eth${10 + index}`] }),
        ...(kind === "macvlan" && { macvlans: ["eth1"] }),
        ...(veth &&
          own && {
            extraVeths: {
              [`x-${name}`]: {
                hostBridge: null,
                localMacAddress: null,
                hostAddress6: null,
                localAddress6: null,
                ...address(1),
                forwardPorts: [],
              },
            },
          }),
        ...(users && main && { privateUsers: 65536 * (10 + index) }),
        bindMounts:
          bind === null
            ? {}
            : {
                "/data": {
                  hostPath: bind,
                  isReadOnly: true,
                  ...(create && { create: { mode: "0755", owner: 0 } }),
                },
              },
        ...(system === "path" || system === "nix"
          ? { path: system === "path" ? "/srv/tree" : "/nix/store/0abc-system/", config: null }
          : {
              config: {
                packages: system === "nginx" ? ["nginx-light"] : [],
                etc: { file: { text: system } },
                ...(main && open !== null && { firewall: { enable: true, allowedTCPPorts: [open] } }),
              },
            }),
      };
    });

/** Up to three containers, which go together; compiled with a bridge `br0` declared or not. */
export const someContainers = fc.record(
  { a: container("a", 1), b: container("b", 2), c: container("c", 3) },
  { requiredKeys: [] },
) as fc.Arbitrary<Readonly<Record<string, ShortContainer>>>;

/** Configurations made at random: what comes out is what NixOS's rules and the list of differences say. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { expected } from "./differences.ts";
import { nixosModel, type Options } from "./model.ts";
import { accepted, outcomeOf } from "./outcome.ts";

const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });

/** Everything that a shell, systemd or systemd-nspawn could take for something else. */
const oddText = fc
  .string({ unit: fc.constantFrom(..."ab01_-.,:;=+@%$\\\"'`!?*~#&|<>(){}[]^ äß世"), minLength: 1, maxLength: 8 })
  .filter((text) => !/^\.{1,2}$/.test(text));
const path = (below: string) =>
  fc.array(oddText, { minLength: 1, maxLength: 3 }).map((parts) => `${below}/${parts.join("/")}`);

const port = fc.integer({ min: 1, max: 65535 });
const ports = fc.uniqueArray(
  fc.record(
    { hostPort: port, protocol: fc.constantFrom("tcp", "udp"), containerPort: maybe(port) },
    { noNullPrototype: true },
  ),
  { maxLength: 3, selector: ({ hostPort, protocol }) => `${hostPort} ${protocol}` },
);
const mac = maybe(fc.constantFrom("02:00:5E:10:00:01", "de:b7:73:01:10:90"));

/** A link with nothing, a pair of one family or of both, or on a bridge. `net` keeps the addresses of links apart. */
const link = (net: number) =>
  fc.tuple(fc.constantFrom("none", "4", "6", "46", "bridge", "bridge46"), fc.constantFrom("", "/24", "/31")).map(
    ([kind, prefix]): Partial<Options> => ({
      ...(kind.startsWith("bridge") && { hostBridge: "br0" }),
      ...(kind === "4" || kind === "46" ? { hostAddress: `10.${net}.0.1` } : {}),
      ...(kind === "6" || kind === "46" ? { hostAddress6: `fd00:${net}::1` } : {}),
      ...(kind.includes("4") && { localAddress: `10.${net}.0.2${prefix}` }),
      ...(kind.includes("6") && { localAddress6: `FD00:${net}:0::2${prefix === "" ? "" : "/64"}` }),
    }),
  );

const own = fc.record(
  {
    main: maybe(fc.tuple(link(1), ports, mac)),
    extra: fc.tuple(maybe(link(2)), maybe(link(3))),
    interfaces: fc.subarray(["eth1", "enp3s0.7", "wl-1"]),
    macvlans: fc.subarray(["eth2", "enp4s0f1np1"]),
  },
  { noNullPrototype: true },
);

const network = fc.oneof(
  fc.constant<Options>({}),
  fc.constant<Options>({ networkNamespace: "/run/netns/vpn" }),
  own.map(({ main, extra: [aux, mgmt], interfaces, macvlans }): Options => {
    const [addresses = {}, forwardPorts = [], localMacAddress] = main ?? [];
    const hasAddress = addresses.localAddress !== undefined || addresses.localAddress6 !== undefined;
    return {
      ...(main && {
        privateNetwork: true,
        ...addresses,
        ...(hasAddress && forwardPorts.length > 0 && { forwardPorts }),
        ...(localMacAddress && { localMacAddress }),
      }),
      extraVeths: { ...(aux && { aux0: aux }), ...(mgmt && { "m-gmt": mgmt }) },
      interfaces,
      macvlans,
    };
  }),
);

const users = fc.constantFrom<readonly [Options["privateUsers"], boolean]>(
  ["pick", false],
  [131072, false],
  ...(["no", "identity", undefined] as const).flatMap((one) => [[one, true] as const, [one, false] as const]),
);

const bind = fc.record({ hostPath: maybe(path("/srv")), isReadOnly: maybe(fc.boolean()) }, { noNullPrototype: true });

const container = fc
  .record(
    {
      autoStart: maybe(fc.boolean()),
      ephemeral: maybe(fc.boolean()),
      restartIfChanged: maybe(fc.boolean()),
      copyResolvConf: maybe(fc.boolean()),
      timeoutStartSec: maybe(fc.constantFrom("90", "2min 3s", "infinity")),
      network,
      users,
      additionalCapabilities: fc.subarray(["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_BPF"]),
      allowedDevices: fc.subarray([
        { node: "/dev/fuse", modifier: "rw" },
        { node: "/dev/ttyUSB0", modifier: "rwm" },
      ]),
      bindMounts: fc.dictionary(path("/mnt"), bind, { maxKeys: 3 }),
      tmpfs: fc.subarray(["/var/cache", "/scratch:size=64M", "/scratch/a:mode=1777,size=10%"]),
      extraFlags: fc.array(
        fc.tuple(fc.constantFrom("--setenv=A=", "--hostname="), oddText).map((words) => words.join("")),
        { maxLength: 2 },
      ),
    },
    { noNullPrototype: true },
  )
  .map(({ network, users: [privateUsers, enableTun], ...rest }): Options => {
    const all = { ...rest, ...network, privateUsers, enableTun, path: "/nix/var/nix/profiles/c" };
    // An option that is not given is not there: JSON drops what is undefined.
    return JSON.parse(JSON.stringify(all)) as Options;
  });

const name = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/);

test("what is compiled is what NixOS compiles, but for the differences", () => {
  fc.assert(
    fc.property(name, container, (name, options) => {
      const input = { containers: { [name]: options as Record<string, unknown> } };
      const ours = outcomeOf(input);
      expect(accepted(ours) ? ours.facts : ours.refused).toEqual(expected(nixosModel(input), input));
    }),
    { numRuns: 60 },
  );
}, 60_000);

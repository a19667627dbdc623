/** What a generation says of its containers and bridges, in the words of a configuration, as far as others care. */
import { StowageError } from "../../error.ts";
import { bridgeUnit, portsIn, portUnit, restoredBridge, restoredSettings } from "../../network/index.ts";
import { parametersFile } from "../../runtimes/nspawn/index.ts";
import type { KnownPlace } from "../../runtimes/oci/index.ts";
import type { Layout } from "../../store/layout.ts";
import type { AcrossContainer, AcrossContainers, AcrossOci } from "../across.ts";
import type { Generation } from "../generation.ts";

/** @throws StowageError `other-version` where another version of Stowage has said it in other words */
export function acrossOf(layout: Layout, generation: Generation): AcrossContainers {
  const names = Object.keys(generation.containers).sort();
  const isOci = (name: string) => generation.containers[name]?.kind === "oci";
  const ofKind = (oci: boolean) => names.filter((name) => isOci(name) === oci);
  return {
    containers: Object.fromEntries(ofKind(false).map((name) => [name, containerOf(layout, generation, name)])),
    ociContainers: {
      // Of one that is mixed it may be another's: what it makes a difference to is in each container's own parameters.
      backend: ofKind(true).flatMap((name) => generation.containers[name]?.oci?.engine ?? [])[0] ?? "podman",
      containers: Object.fromEntries(ofKind(true).map((name) => [name, ociOf(layout, generation, name)])),
    },
    networking: { bridges: bridgesOf(layout, generation) },
  };
}

const containerOf = (layout: Layout, generation: Generation, name: string): AcrossContainer =>
  readBack(layout, generation, name, (value) => ({
    ...linkOf(value),
    // It has a network of its own for other reasons too; this one makes its main link.
    privateNetwork: value.textOrNull("hostInterface") !== null,
    networkNamespace: value.textOrNull("networkNamespace"),
    extraVeths: Object.fromEntries(value.entries("extraVeths").map(([inside, link]) => [inside, linkOf(link)])),
    interfaces: value.texts("interfaces"),
    macvlans: value.list("macvlans").map((macvlan) => macvlan.text("interface")),
    copyResolvConf: value.flag("copyResolvConf"),
    dependsOn: value.texts("dependsOn"),
    privateUsers: value.any("privateUsers") as AcrossContainer["privateUsers"],
    bindMounts: Object.fromEntries(value.list("bindMounts").map((bind) => [bind.text("mountPoint"), bindOf(bind)])),
  }));

const ociOf = (layout: Layout, generation: Generation, name: string): AcrossOci =>
  readBack(layout, generation, name, (value) => ({
    serviceName: value.text("unit").replace(/\.service$/, ""),
    ports: value.texts("ports"),
    networks: value.texts("networks"),
    volumes: value.texts("volumes"),
    dependsOn: value.texts("dependsOn"),
    place: value.any("place") === null ? null : placeOf(value.fields("place")),
  }));

const placeOf = (value: Fields): KnownPlace => ({
  address: value.text("address"),
  gateway: value.text("gateway"),
  hostname: value.text("hostname"),
  hostsFile: value.textOrNull("hostsFile"),
});

function readBack<T>(layout: Layout, generation: Generation, name: string, read: (value: Fields) => T): T {
  try {
    return read(new Fields(JSON.parse(generation.files[parametersFile(layout, name)]?.text ?? "")));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof OtherWords)) throw error;
    throw new StowageError({
      code: "other-version",
      message: `this version of stowage does not know the parameters of container ${name} in that generation`,
      details: [error.message],
      hint: "a whole generation can be rolled back to all the same: `stowage rollback N`",
    });
  }
}

type Link = AcrossContainer["extraVeths"][string];

const linkOf = (value: Fields): Link => ({
  hostBridge: value.textOrNull("hostBridge"),
  hostAddress: value.textOrNull("hostAddress"),
  localAddress: value.textOrNull("localAddress"),
  hostAddress6: value.textOrNull("hostAddress6"),
  localAddress6: value.textOrNull("localAddress6"),
  localMacAddress: value.textOrNull("localMacAddress"),
  forwardPorts: value.list("forwardPorts").map((port) => ({
    protocol: port.text("protocol") === "udp" ? "udp" : "tcp",
    hostPort: port.number("hostPort"),
    containerPort: port.number("containerPort"),
    hostAddress: port.textOrNull("hostAddress"),
    interface: port.textOrNull("interface"),
  })),
});

const bindOf = (value: Fields) => ({
  mountPoint: value.text("mountPoint"),
  hostPath: value.text("hostPath"),
  isReadOnly: value.flag("isReadOnly"),
});

/** Those that units of the generation make. Of a bridge's ports, those that are no container's have such a unit too. */
function bridgesOf(layout: Layout, { files, units }: Generation): AcrossContainers["networking"]["bridges"] {
  return Object.fromEntries(
    Object.entries(files).flatMap(([path, { text }]) => {
      const name = restoredBridge(layout.etc, path);
      if (name === null || !Object.hasOwn(units, bridgeUnit(name))) return [];
      const interfaces = portsIn(text).filter((port) => Object.hasOwn(units, portUnit(port)));
      return [[name, { interfaces, ...restoredSettings(text, name) }]];
    }),
  );
}

class OtherWords extends Error {}

/** The fields of an object that was read back, each of the type that it must have. */
class Fields {
  readonly #value: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    if (typeof value !== "object" || value === null) throw new OtherWords("an object was expected");
    this.#value = value as Record<string, unknown>;
  }

  any(key: string): unknown {
    if (!Object.hasOwn(this.#value, key)) throw new OtherWords(`${key} is missing`);
    return this.#value[key];
  }

  text = (key: string): string => this.#typed(key, (value): value is string => typeof value === "string");
  number = (key: string): number => this.#typed(key, (value): value is number => typeof value === "number");
  flag = (key: string): boolean => this.#typed(key, (value): value is boolean => typeof value === "boolean");
  textOrNull = (key: string): string | null => (this.any(key) === null ? null : this.text(key));
  fields = (key: string): Fields => new Fields(this.any(key));
  list = (key: string): Fields[] => this.#array(key).map((value) => new Fields(value));

  texts(key: string): string[] {
    const values = this.#array(key);
    if (values.every((value) => typeof value === "string")) return values as string[];
    throw new OtherWords(`${key} is no list of texts`);
  }

  entries(key: string): [string, Fields][] {
    return Object.entries(new Fields(this.any(key)).#value).map(([name, value]) => [name, new Fields(value)]);
  }

  #array(key: string): readonly unknown[] {
    return this.#typed(key, (value): value is readonly unknown[] => Array.isArray(value));
  }

  #typed<T>(key: string, is: (value: unknown) => value is T): T {
    const value = this.any(key);
    if (is(value)) return value;
    throw new OtherWords(`${key} is ${JSON.stringify(value)}`);
  }
}

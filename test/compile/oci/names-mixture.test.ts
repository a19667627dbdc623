/** Names where one container is as another generation has it. */
import { expect, test } from "vitest";
import { type Generation, mixture } from "../../../src/compile/index.ts";
import { StowageError } from "../../../src/error.ts";
import { defaultLayout } from "../../../src/store/layout.ts";
import { compiled } from "./evaluated.ts";

const image = "localhost/web:1";
const system = { privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2", path: "/srv/db" };
const stored = (generation: Generation): Generation => JSON.parse(JSON.stringify(generation)) as Generation;
const mixed = (now: object, former: object, name: string): Generation =>
  mixture(defaultLayout, stored(compiled(now)), { number: 5, generation: stored(compiled(former)) }, name);
const texts = ({ hosts, files }: Generation) => [
  hosts,
  ...["/etc/stowage/oci-names/hosts", "/etc/stowage/names/hosts"].map((path) => files[path]?.text),
];

const both = (containers: object) => ({ containers: { db: system }, ociContainers: { containers } });

test("a container that is rolled back alone is found where it was, and by its former host name", () => {
  const former = both({ web: { image, hostname: "shop" }, cache: { image } });
  const now = both({ web: { image, networks: ["host"] }, cache: { image } });
  expect(texts(mixed(now, former, "web"))).toEqual(texts(compiled(former)));
  expect(texts(mixed(former, now, "web"))).toEqual(texts(compiled(now)));
});

test("one that has gone away meanwhile is everybody's again", () => {
  const former = both({ web: { image }, cache: { image } });
  expect(texts(mixed(both({ cache: { image } }), former, "web"))).toEqual(texts(compiled(former)));
});

test("an address that another one has by now is told", () => {
  const small = (names: string[]) => ({
    ociContainers: {
      defaultNetwork: { subnet: "10.9.0.0/28" },
      containers: Object.fromEntries(names.map((name) => [name, { image }])),
    },
  });
  const address = (names: string[], name: string) => compiled(small(names)).containers[name]?.addresses[0];
  // Two whose hashes meet: the later one by name makes way while both are there, and has that address when it is alone.
  const names = "abcdefghijklmnop".split("");
  const [first, second] = names
    .flatMap((a) => names.filter((b) => a < b).map((b) => [a, b] as const))
    .find(([a, b]) => address([a], a) === address([b], b)) ?? ["", ""];
  expect(first).not.toBe("");
  try {
    mixed(small([first]), small([second]), second);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof StowageError)) throw error;
    expect(error.problems.map(({ message }) => message)).toContainEqual(
      expect.stringContaining(`is the address of ${first} and of ${second}`),
    );
  }
});

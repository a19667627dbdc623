/** The files by which containers find each other. */
import { expect, test } from "vitest";
import { nameBinds, nameParts } from "../../src/runtimes/nspawn/names.ts";
import { defaultLayout } from "../../src/store/layout.ts";
import { isolated, trusted } from "./containers.ts";

const hosts = (...containers: Parameters<typeof nameParts>[1][number][]): string =>
  new Map(nameParts(defaultLayout, containers).files).get("/etc/stowage/names/hosts") ?? expect.fail();

test("one file for all: a thousand containers have a thousand lines of each family, once", () => {
  const { network } = isolated;
  if (network.kind !== "own") throw expect.fail();
  const many = Array.from({ length: 1000 }, (_, index) => {
    const name = `c${index}`;
    return { ...isolated, name, network: { ...network, network: { ...network.network, container: name } } };
  });
  const { files } = nameParts(defaultLayout, many);
  expect(files.map(([path]) => path)).toEqual(["/etc/stowage/names/hosts", "/etc/stowage/resolv.awk"]);
  expect(
    hosts(...many)
      .trimEnd()
      .split("\n"),
  ).toHaveLength(2 + 2 * 1000);
  expect(hosts(...many)).toMatch(/^10\.233\.1\.2 c7\.containers c7$/m);
});

test("who has no address is not listed; a container's name takes none of the names of loopback", () => {
  expect(hosts(trusted).split("\n")).toEqual(["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback", ""]);
  const { network } = isolated;
  if (network.kind !== "own") throw expect.fail();
  const named = {
    ...isolated,
    name: "localhost",
    network: { ...network, network: { ...network.network, container: "localhost" } },
  };
  expect(hosts(named)).toMatch(/^10\.233\.1\.2 localhost\.containers$/m);
});

test("what is bound: the host's own name servers only where its network is shared; nothing that was not asked for", () => {
  const sources = (container: typeof isolated) => nameBinds(defaultLayout, container).map(([source]) => source);
  expect(sources(isolated)).toEqual(["/etc/stowage/names", "/run/stowage/resolv/own"]);
  expect(sources(trusted)).toEqual(["/etc/stowage/names", "/run/stowage/resolv/host"]);
  expect(sources({ ...isolated, network: { kind: "joined", path: "/run/netns/x" } })).toContain(
    "/run/stowage/resolv/own",
  );
  expect(sources({ ...isolated, copyResolvConf: false })).toEqual(["/etc/stowage/names"]);
  const built = { ...isolated, system: { kind: "path", path: "/srv/tree" } as const };
  expect(nameBinds(defaultLayout, built)).toEqual([["/run/stowage/resolv/own/resolv.conf", "/etc/resolv.conf"]]);
  expect(nameBinds(defaultLayout, { ...built, copyResolvConf: false })).toEqual([]);
  expect(nameParts(defaultLayout, [{ ...isolated, copyResolvConf: false }]).units).toEqual([]);
});

/** Which OCI containers have a fixed address, and who finds them by name. */
import { describe, expect, test } from "vitest";
import { render } from "../../../src/units/index.ts";
import { compiled, problemsOf } from "./evaluated.ts";

const image = "localhost/web:1";
const oci = (containers: object, more: object = {}) => ({ ociContainers: { containers, ...more } });
const system = { privateNetwork: true, hostAddress: "10.233.1.1", localAddress: "10.233.1.2", path: "/srv/db" };

/** Arguments of its start, and the units that it starts after. */
function started(definitions: object, unit = "podman-web.service") {
  const { units } = compiled(definitions);
  const found = units[unit];
  if (found === undefined) throw new Error(`there is no ${unit}`);
  return render(found);
}
const live = "--mount=type=bind,source=/run/stowage/oci-names/hosts,target=/etc/hosts,readonly";
const hostsFile = "/etc/stowage/oci-names/hosts";
const names = (definitions: object): string => compiled(definitions).files[hostsFile]?.text ?? "none";

describe.each(["podman", "docker"])("with %s", (backend) => {
  const unit = `${backend}-web.service`;
  const [web] = [oci({ web: { image } }, { backend })];

  test("one without networks has an address of its own, its name inside, and the shared hosts file", () => {
    const text = started(web, unit);
    const { address, gateway } = { address: compiled(web).containers.web?.addresses[0], gateway: "10.87.0.1" };
    expect(address).toMatch(/^10\.87\.\d+\.\d+$/);
    expect(text).toMatch(/ --mac-address=02:57:0a:57:[0-9a-f]{2}:[0-9a-f]{2} /);
    const place = `--network=stowage --ip=${address} `;
    expect(text).toContain(` ${place}`);
    expect(text).toContain(` ${live} --hostname=web `);
    expect(text).toContain("Wants=stowage-oci-names.service\n");
    expect(text).toMatch(/^After=.*stowage-oci-names\.service/m);
    expect(compiled(web).hosts).toEqual([{ address, names: ["web.containers"] }]);
    expect(names(web)).toContain(`\n${address} web.containers web\n`);
    expect(names(web)).toContain(`\n${gateway} host.containers.internal host.docker.internal\n`);
  });

  test("the network is a network as people declare them", () => {
    const network = compiled(web).units[`stowage-${backend}-network@stowage.service`];
    if (network === undefined) throw new Error("it is not made");
    const text = render(network);
    expect(text).toContain("--driver=bridge --subnet=10.87.0.0/16 --gateway=10.87.0.1 ");
    expect(text).toContain("--ip-range=10.87.128.0/17");
    expect(text).toContain(backend === "docker" ? "bridge.name=stowage0" : "--disable-dns");
    expect(started(web, unit)).toMatch(new RegExp(`^Requires=.*stowage-${backend}-network@stowage.service`, "m"));
  });
});

test("an address stays when others come and go, and is another in another subnet", () => {
  const address = (definitions: object) => compiled(definitions).containers.web?.addresses;
  const alone = address(oci({ web: { image } }));
  expect(address(oci({ web: { image }, db: { image }, cache: { image } }))).toEqual(alone);
  const defaultNetwork = { subnet: "10.200.0.0/20" };
  expect(address(oci({ web: { image } }, { defaultNetwork }))?.[0]).toMatch(/^10\.200\.[0-7]\./);
});

test("both kinds stand in one file for each kind, and in the host's", () => {
  const both = { containers: { db: system }, ...oci({ web: { image } }) };
  const { files, hosts } = compiled(both);
  expect(hosts.map((entry) => entry.names[0])).toEqual(["db.containers", "web.containers"]);
  for (const path of [hostsFile, "/etc/stowage/names/hosts"]) {
    expect(files[path]?.text).toContain("\n10.233.1.2 db.containers db\n");
    expect(files[path]?.text).toMatch(/\n10\.87\.\d+\.\d+ web\.containers web\n/);
  }
  expect(files["/etc/stowage/names/hosts"]?.text).not.toContain("host.containers.internal");
});

test.each([
  ["it is on another network", { networks: ["podman"] }],
  ["an option chooses the network", { extraOptions: ["--network", "host"] }],
  ["an option chooses the network, by its short name", { extraOptions: ["--net=host"] }],
  ["it is in a pod of somebody's", { extraOptions: ["--pod=somebody"] }],
  ["it has chosen its address", { extraOptions: ["--ip=10.88.0.9"] }],
])("nothing of ours where %s", (_, more) => {
  const text = started(oci({ web: { image, ...more } }));
  expect(text).not.toContain("=stowage");
  expect(text).not.toContain("oci-names");
  const generation = compiled(oci({ web: { image, ...more } }));
  expect(generation.hosts).toEqual([]);
  expect(generation.files[hostsFile]).toBeUndefined();
});

test("nothing of ours where it is off", () => {
  const off = oci({ web: { image } }, { defaultNetwork: { enable: false } });
  expect(started(off)).not.toContain("--network");
  expect(Object.keys(compiled(off).units)).toEqual(["podman-web.service"]);
});

describe("the hosts file is the engine's own", () => {
  test.each([
    ["where an option adds to it", { extraOptions: ["--add-host=a:1.2.3.4"] }],
    ["where an option gives it a host name", { extraOptions: ["-h", "other"] }],
    ["where a volume is there", { volumes: ["/srv/hosts:/etc/hosts:ro"] }],
    ["where a mount is there", { extraOptions: ["--mount=type=bind,src=/a,dst=/etc/hosts"] }],
  ])("%s", (_, more) => {
    const text = started(oci({ web: { image, ...more } }));
    expect(text).toContain("--network=stowage --ip=10.87.");
    expect(text).not.toContain(live);
    expect(text).not.toContain("--hostname=");
  });

  test("where two have one host name", () => {
    const two = oci({ web: { image, hostname: "same" }, other: { image, hostname: "same" } });
    expect(started(two)).not.toContain(live);
    expect(names(two)).not.toContain(" same\n");
  });

  test("where its host name is another container's name, which keeps it", () => {
    const two = oci({ web: { image, hostname: "other" }, other: { image } });
    expect(started(two)).not.toContain(live);
    expect(started(two, "podman-other.service")).toContain(live);
    expect(names(two).match(/ other$/gm)).toHaveLength(1);
  });
});

test("a host name of its own is known too, and given once", () => {
  const named = oci({ web: { image, hostname: "shop.example.org" } });
  expect(started(named).match(/--hostname=/g)).toHaveLength(1);
  expect(names(named)).toMatch(/\n10\.87\.\d+\.\d+ shop\.example\.org\n/);
});

test("system containers and OCI containers reach each other past Docker's rules, and past the filter that is ours", () => {
  const { files } = compiled({ containers: { db: system }, ...oci({ web: { image } }, { backend: "docker" }) });
  expect(files["/etc/stowage/docker.rules"]?.text).toContain("-A STOWAGE-FROM -o stowage0 -j ACCEPT");
  expect(files["/etc/stowage/docker.rules"]?.text).toContain("-A STOWAGE -i stowage0 -j STOWAGE-FROM");
  expect(files["/etc/stowage/docker.rules"]?.text).toContain("-A STOWAGE -i podman+ -j STOWAGE-FROM");
  expect(files["/etc/stowage/forwarding-ipv4.nft"]?.text).toContain('iifname "stowage0" accept');
  expect(files["/etc/stowage/forwarding-ipv4.nft"]?.text).toContain('iifname "podman*" accept');
  expect(files["/etc/systemd/network/10-stowage.network"]?.text).toContain("stowage0");
});

test("an engine makes the host pass on packets: containers are not reached by whoever sends some for them", () => {
  const { unitLinks, units } = compiled({ containers: { db: system }, ...oci({ web: { image } }) });
  expect(unitLinks).toHaveProperty("stowage-oci-names.service.wants/stowage-forwarding@ipv4.service");
  expect(units["stowage-forwarding@ipv4.service"]?.sections.Unit?.Before).toContain("stowage-oci-names.service");
  expect(compiled(oci({ web: { image } })).units).not.toHaveProperty("stowage-forwarding@ipv4.service");
});

describe("what cannot be", () => {
  const withSubnet = (subnet: string, more: object = {}) => ({
    ...oci({ web: { image } }, { defaultNetwork: { subnet } }),
    ...more,
  });
  test.each(["10.87.0.5/16", "10.87.0.0/29"])("%s is no network for containers", (subnet) => {
    expect(problemsOf(withSubnet(subnet))).toEqual([`${subnet} is no network for containers`]);
    // Nobody is on it.
    expect(problemsOf(oci({ web: { image, networks: ["host"] } }, { defaultNetwork: { subnet } }))).toEqual([]);
  });
  test("more containers than addresses", () => {
    const containers = Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`c${at}`, { image }]));
    const problem = "7 OCI containers are to have addresses in 10.0.0.0/28, which has 6 for them";
    expect(problemsOf(oci(containers, { defaultNetwork: { subnet: "10.0.0.0/28" } }))).toEqual([problem]);
  });
  test("addresses that are somebody else's", () => {
    const networking = { bridges: { br0: { addresses: ["10.87.200.1/24"] } } };
    const clash = (what: string) => `${what}, is part of 10.87.0.0/16, the network of OCI containers`;
    expect(problemsOf({ networking, ...oci({ web: { image } }) })).toEqual([
      clash("10.87.200.1/24, networking.bridges.br0.addresses"),
    ]);
    const db = { ...system, localAddress: "10.87.3.4" };
    expect(problemsOf({ containers: { db }, ...oci({ web: { image } }) })).toEqual([
      clash("10.87.3.4, containers.db.localAddress"),
    ]);
    const networks = { own: { subnets: ["10.0.0.0/8"] } };
    expect(problemsOf(oci({ web: { image } }, { networks }))).toEqual([
      clash("10.0.0.0/8, ociContainers.networks.own.subnets"),
    ]);
  });
  test("its name is taken", () => {
    expect(problemsOf(oci({ web: { image } }, { networks: { stowage: {} } }))).toEqual([
      "stowage is the network of containers that name none",
    ]);
  });
});

describe("the name of the network that is for all who name none", () => {
  const message = "stowage is the network of containers that name none";
  const pods = { all: { networks: ["stowage"] } };
  test.each([
    ["declared, and nobody on it", { networks: { stowage: {} } }],
    ["named by the only container", { containers: { web: { image, networks: ["stowage"] } } }],
    ["with options", { containers: { web: { image, networks: ["stowage:alias=a"] } } }],
    ["as docker writes it", { backend: "docker", containers: { web: { image, networks: ["alias=a,name=stowage"] } } }],
    ["named by a pod", { pods, containers: { web: { image, pod: "all" } } }],
  ])("is refused: %s", (_, ociContainers) => {
    expect(problemsOf({ ociContainers })).toContain(message);
    expect(problemsOf({ ociContainers: { ...ociContainers, defaultNetwork: { enable: false } } })).not.toContain(
      message,
    );
  });
});

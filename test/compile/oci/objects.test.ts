import { describe, expect, test } from "vitest";
import type { HostUsers } from "../../../src/compile/index.ts";
import { networkName, volumeName } from "../../../src/compile/oci/references.ts";
import { render } from "../../../src/units/index.ts";
import { compiled, problemsOf } from "./evaluated.ts";

const image = "localhost/web:1";
const oci = (ociContainers: object) => ({ ociContainers: { defaultNetwork: { enable: false }, ...ociContainers } });
const users: HostUsers = new Map([
  ["root", { uid: 0, home: "/root", hasSubIds: false }],
  ["alice", { uid: 1000, home: "/home/alice", hasSubIds: true }],
  ["bob", { uid: 1001, home: "/home/bob", hasSubIds: false }],
]);
const generation = (ociContainers: object) => compiled(oci(ociContainers), { users });
const problems = (ociContainers: object) => problemsOf(oci(ociContainers), { users });

function unit(ociContainers: object, name: string): string {
  const found = generation(ociContainers).units[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return render(found);
}
const requires = (text: string): string[] => /^Requires=(.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
const wants = (text: string): string[] => /^Wants=(.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
const after = (text: string): string[] => /^After=(.*)$/m.exec(text)?.[1]?.split(" ") ?? [];

describe("a network", () => {
  const networks = { app: { subnets: ["10.89.5.0/24", "fd00:5::/64"], internal: true, labels: { a: "b c" } } };
  const containers = { web: { image, networks: ["app"] } };

  test.each(["podman", "docker"])("of %s is a oneshot that is there before those on it", (backend) => {
    const name = `stowage-${backend}-network@app.service`;
    const all = { backend, networks, containers };
    const web = unit(all, `${backend}-web.service`);
    expect(requires(web)).toContain(name);
    expect(after(web)).toContain(name);
    const text = unit(all, name);
    expect(text).toContain("Type=oneshot\nRemainAfterExit=yes\n");
    expect(text).toMatch(
      new RegExp(
        `ExecStart=/bin/sh /etc/stowage/oci/object make /usr/bin/${backend} "" network app [0-9a-f]{16} --driver=bridge ` +
          `--subnet=10\\.89\\.5\\.0/24 --subnet=fd00:5::/64 --ipv6 --internal "--label=a=b c"\n`,
      ),
    );
    expect(text).toMatch(new RegExp(`ExecStop=/bin/sh .* remove /usr/bin/${backend} "" network app `));
    // Not stopped at shutdown, nor because the engine is: it would be removed each time.
    expect(text).toContain("DefaultDependencies=no\n");
    expect(requires(text)).toEqual([]);
  });

  test("that nobody is on is made when the host boots; one with users by these", () => {
    const link = "multi-user.target.wants/stowage-podman-network@app.service";
    expect(generation({ networks }).unitLinks[link]).toBe("../stowage-podman-network@app.service");
    expect(generation({ networks, containers }).unitLinks[link]).toBeUndefined();
  });

  test("of somebody else is named, not made", () => {
    const all = { networks: { app: { external: true } }, containers };
    expect(Object.keys(generation(all).units).filter((name) => name.includes("network@"))).toEqual([]);
    expect(unit(all, "podman-web.service")).toContain(" --network=app ");
    expect(problems({ networks: { app: { external: true, internal: true } } })).toEqual([
      "network app is made by somebody else (external), so internal cannot be said here",
    ]);
  });

  test("another definition is another unit; the program's file comes with the first", () => {
    const text = (driver: object) => unit({ networks: { app: driver } }, "stowage-podman-network@app.service");
    expect(text({ internal: true })).not.toBe(text({}));
    expect(Object.keys(generation({ networks }).files)).toContain("/etc/stowage/oci/object");
    expect(Object.keys(generation({ containers: {} }).files)).not.toContain("/etc/stowage/oci/object");
  });

  test.each([
    [{ app: { subnets: ["10.89.5.1/24"] } }, /10\.89\.5\.1\/24 is an address in a subnet/],
    [{ app: { subnets: ["10.89.5.0/24"], gateways: ["10.89.6.1"] } }, /10\.89\.6\.1 is not in 10\.89\.5\.0\/24/],
    [{ app: { gateways: ["10.89.6.1"] } }, /has no subnet/],
    [{ app: { parent: "eth1" } }, /a bridge has no parent/],
    [
      { a: { subnets: ["10.0.0.0/8"] }, b: { subnets: ["10.89.5.0/24"] } },
      /network a and 10\.89\.5\.0\/24 of network b have addresses/,
    ],
    [{ host: {} }, /"host" cannot be the name of a network/],
    [{ "-x": {} }, /"-x" cannot be the name of a network/],
  ])("%j is refused", (networks, message) => {
    expect(problems({ networks })).toEqual([expect.stringMatching(message)]);
  });

  test("docker has to be told an IPv6 subnet", () => {
    expect(problems({ networks: { app: { ipv6: true } } })).toEqual([]);
    expect(problems({ backend: "docker", networks: { app: { ipv6: true } } })).toEqual([
      expect.stringMatching(/docker chooses no IPv6 subnet/),
    ]);
  });
});

describe("what a container names", () => {
  const containers = { web: { image, networks: ["apps"], volumes: ["dat:/data", "/srv:/srv"] } };

  test("must be declared where anything of that kind is, and the nearest is told", () => {
    const hint = (all: object) => {
      try {
        generation(all);
        return null;
      } catch (error) {
        return (error as { problems: { hint: string }[] }).problems.map((one) => one.hint);
      }
    };
    expect(problems({ containers })).toEqual([]);
    expect(hint({ containers, networks: { app: {} }, volumes: { data: {} } })).toEqual([
      "did you mean app?",
      "did you mean data?",
    ]);
    expect(hint({ containers, networks: { other: {}, apps: {} }, volumes: { zzz: {} } })).toEqual(["there are: zzz"]);
  });

  test.each([
    ["app", "app"],
    ["app:ip=10.89.5.2,alias=x", "app"],
    ["name=app,ip=10.89.5.2", "app"],
    ["alias=x,name=app", "app"],
    ["host", null],
    ["container:web", null],
    ["ns:/run/netns/a", null],
    ["slirp4netns:mtu=1400", null],
    ["podman", null],
  ])("network %s: %s", (text, name) => {
    expect(networkName(text)).toBe(name);
  });

  test.each([
    ["data:/data", "data"],
    ["data:/data:ro", "data"],
    ["/srv:/srv", null],
    ["./x:/srv", null],
  ])("volume %s: %s", (text, name) => {
    expect(volumeName(text)).toBe(name);
  });
});

test("a volume is made before its users, and nothing removes it", () => {
  const all = {
    volumes: { data: { options: { type: "tmpfs" } } },
    containers: { db: { image, volumes: ["data:/d"] } },
  };
  const text = unit(all, "stowage-podman-volume@data.service");
  expect(text).toMatch(/volume data [0-9a-f]{16} --driver=local --opt=type=tmpfs\n/);
  expect(text).not.toContain("ExecStop");
  expect(requires(unit(all, "podman-db.service"))).toContain("stowage-podman-volume@data.service");
});

describe("a pod", () => {
  const pods = { app: { ports: ["8080:80"], networks: ["net"], hostname: "app.example" } };
  const all = { networks: { net: {} }, pods, containers: { web: { image, pod: "app" } } };

  test("is made with what its containers share, on its networks, and they in it", () => {
    const text = unit(all, "stowage-podman-pod@app.service");
    expect(text).toMatch(/pod app [0-9a-f]{16} --hostname=app\.example --publish=8080:80 --network=net\n/);
    expect(requires(text)).toContain("stowage-podman-network@net.service");
    expect(text).not.toContain("DefaultDependencies");
    const web = unit(all, "podman-web.service");
    expect(web).toContain(" --pod=app ");
    expect(requires(web)).toEqual(["stowage-podman-pod@app.service"]);
  });

  test("has what its containers cannot have besides", () => {
    const web = { image, pod: "app", ports: ["1:1"], networks: ["net"], hostname: "x" };
    expect(problems({ ...all, containers: { web } })).toEqual([
      "OCI container web is part of the pod app, whose ports it has",
      "OCI container web is part of the pod app, whose networks it has",
      "OCI container web is part of the pod app, whose hostname it has",
    ]);
  });

  test("must be declared, and podman's", () => {
    expect(problems({ containers: { web: { image, pod: "ap" } }, pods: { app: {} } })).toEqual([
      'OCI container web is part of the pod "ap", and there is no such pod',
    ]);
    expect(problems({ ...all, backend: "docker" })).toEqual([expect.stringMatching(/^pods are podman's/)]);
  });
});

describe("podman.user", () => {
  const podman = { user: "alice" };
  const all = { networks: { app: {} }, containers: { web: { image, podman, networks: ["app"] } } };

  test("is the service's user, with her home and runtime directory, without a session or lingering", () => {
    const text = unit(all, "podman-web.service");
    expect(text).toContain("\nUser=alice\n");
    expect(text).toContain('"HOME=/home/alice"');
    expect(text).toContain('"XDG_RUNTIME_DIR=/run/user/1000"');
    expect(requires(text)).toEqual(["stowage-podman-user@alice.service", "stowage-podman-network@app:alice.service"]);
    // What she has for all her containers does not end with the first.
    expect(text).toContain("KillMode=process\n");
  });

  test("has a unit that keeps her runtime directory, and her namespaces; it comes after the manager of who lingers", () => {
    const text = unit(all, "stowage-podman-user@alice.service");
    expect(requires(text)).toEqual(["user-runtime-dir@1000.service"]);
    expect(text).toContain("ExecStart=/usr/bin/podman --cgroup-manager=cgroupfs unshare /bin/true\n");
    expect(after(text)).toEqual(["user-runtime-dir@1000.service", "user@1000.service"]);
    expect(text).not.toContain("Wants=");
    const others = ["podman-web.service", "stowage-podman-network@app:alice.service"].map((name) => unit(all, name));
    for (const one of [text, ...others]) {
      expect(one).toContain(" --cgroup-manager=cgroupfs ");
      expect(one).toContain('"DBUS_SESSION_BUS_ADDRESS=disabled:"');
    }
  });

  test("has networks, volumes and pods of her own", () => {
    const text = unit(all, "stowage-podman-network@app:alice.service");
    expect(text).toContain("\nUser=alice\n");
    expect(text).toContain('"HOME=/home/alice"');
  });

  test.each(["network", "volume"])("has a %s that lasts over boots: what she has for it ends at shutdown", (kind) => {
    const web = { image, podman, networks: ["app"], volumes: ["app:/data"] };
    const both = { networks: { app: {} }, volumes: { app: {} }, containers: { web } };
    const text = unit(both, `stowage-podman-${kind}@app:alice.service`);
    expect(text).toContain("DefaultDependencies=no\n");
    expect(requires(text)).toEqual([]);
    expect(wants(text)).toEqual(["stowage-podman-user@alice.service"]);
    expect(after(text)).toEqual(["basic.target", "stowage-podman-user@alice.service"]);
  });

  test("has a pod that ends with what she has for it", () => {
    const web = { image, podman, pod: "app" };
    const text = unit({ pods: { app: {} }, containers: { web } }, "stowage-podman-pod@app:alice.service");
    expect(requires(text)).toEqual(["stowage-podman-user@alice.service"]);
  });

  test("has names on a network if she lingers, since her own systemd starts what tells them", () => {
    const made = (lingers: boolean) => {
      const alice = { uid: 1000, home: "/home/alice", hasSubIds: true, lingers };
      const { units } = compiled(oci(all), { users: new Map([["alice", alice]]) });
      return render(units["stowage-podman-network@app:alice.service"] as never);
    };
    expect(made(false)).toContain(" --disable-dns");
    expect(made(true)).not.toContain("--disable-dns");
    expect(unit({ networks: { app: {} } }, "stowage-podman-network@app.service")).not.toContain("--disable-dns");
  });

  test("of two users none can have one object; what is external each has", () => {
    const both = (network: object) => ({
      networks: { app: network },
      containers: { web: { image, podman, networks: ["app"] }, other: { image, networks: ["app"] } },
    });
    expect(problems(both({}))).toEqual(["network app is named by containers of alice and root"]);
    expect(problems(both({ external: true }))).toEqual([]);
  });

  test.each([
    ["alcie", /under the user alcie, and this host has no such user/],
    ["bob", /bob, who has no user ids and group ids/],
  ])("%s is refused", (user, message) => {
    expect(problems({ containers: { web: { image, podman: { user } } } })).toEqual([expect.stringMatching(message)]);
  });
});

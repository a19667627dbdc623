import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { secretSection } from "../../src/runtimes/oci/secrets.ts";
import type { ToplevelRecipe } from "../../src/systems/recipe.ts";
import { linesOf, render } from "../../src/units/index.ts";
import { compiled, evaluated, problemsOf } from "./oci/evaluated.ts";

type Backend = "podman" | "docker";
const file = "/etc/app/password";
const oci = (secrets: object, more: object = {}, backend: Backend = "podman") => ({
  ociContainers: { backend, containers: { web: { image: "localhost/web:1", secrets, ...more } } },
});
const system = (secrets: object, more: object = { config: {} }) => ({ containers: { web: { secrets, ...more } } });

const unitText = (definitions: object, name: string): string => {
  const unit = compiled(definitions).units[name];
  if (unit === undefined) throw new Error(`there is no ${name}`);
  return render(unit);
};
const linesWith = (text: string, key: string) => text.split("\n").filter((line) => line.startsWith(`${key}=`));

const rulesOf = (definitions: object): string[] => {
  const top = Object.values(compiled(definitions).systems).find(
    (one): one is ToplevelRecipe => one.kind === "toplevel",
  );
  return (top?.etc["tmpfiles.d/00-stowage.conf"]?.text ?? "").trim().split("\n");
};

describe("of a system container", () => {
  test("it is a credential of the unit, which systemd-nspawn hands over by its name", () => {
    const text = unitText(system({ password: { file }, token: { credential: "app-token" } }), "container@web.service");
    expect(linesWith(text, "LoadCredential")).toEqual([
      `LoadCredential=password:${file}`,
      "LoadCredential=app-token:app-token",
    ]);
    expect(text).toContain(" --load-credential=password:password --load-credential=app-token:app-token");
  });

  test("it is a file in memory, with its owner, and a link where that is to be elsewhere", () => {
    const secrets = {
      password: { file, owner: "www-data", mode: "0440" },
      token: { credential: "app-token", target: "/etc/app/to ken", owner: "100:200" },
      key: { file: "/etc/app/key", target: "/run/app/key" },
    };
    expect(rulesOf(system(secrets))).toEqual([
      "d /run/secrets 0755 root root",
      "C /run/app/key 0400 root root - /run/host/credentials/key",
      "C /run/secrets/password 0440 www-data www-data - /run/host/credentials/password",
      "C /run/secrets/token 0400 100 200 - /run/host/credentials/app-token",
      'r "/etc/app/to ken"',
      'L "/etc/app/to ken" - - - - /run/secrets/token',
    ]);
  });

  test("of a system that is built elsewhere it is a credential only", () => {
    const given = { path: "/srv/tree" };
    expect(unitText(system({ password: { file } }, given), "container@web.service")).toContain("--load-credential=");
    expect(problemsOf(system({ password: { file, target: "/etc/password" } }, given))).toEqual([
      'containers.web.secrets.password.target cannot be "/etc/password"',
    ]);
  });
});

describe.each(["podman", "docker"] as const)("of an OCI container of %s", (backend) => {
  const text = (secrets: object) => unitText(oci(secrets, {}, backend), `${backend}-web.service`);

  test("it is a credential that is copied into memory with its owner, and bound from there", () => {
    const made = text({ password: { file, owner: "1000:50", mode: "0440" }, token: { credential: "app-token" } });
    expect(linesWith(made, "LoadCredential")).toEqual([
      `LoadCredential=password:${file}`,
      "LoadCredential=app-token:app-token",
    ]);
    const [from, to] = [`/run/credentials/${backend}-web.service`, `/run/stowage/secrets/${backend}-web.service`];
    expect(linesWith(made, "ExecStartPre").slice(0, 2)).toEqual([
      `ExecStartPre=/usr/bin/install --owner=1000 --group=50 --mode=0440 --target-directory=${to} -- ${from}/password`,
      `ExecStartPre=/usr/bin/install --owner=root --group=root --mode=0400 --no-target-directory -- ${from}/app-token ${to}/token`,
    ]);
    expect(made).toContain(` -v ${to}/password:/run/secrets/password:ro -v ${to}/token:/run/secrets/token:ro `);
    expect(linesWith(made, "RuntimeDirectory")[0]).toContain(`stowage/secrets/${backend}-web.service`);
    expect(linesWith(made, "RuntimeDirectoryMode")).toEqual(["RuntimeDirectoryMode=0700"]);
  });

  test("those that are alike are copied by one command", () => {
    const many = Object.fromEntries(["a", "b", "c"].map((name) => [name, { file: `/etc/app/${name}` }]));
    expect(linesWith(text(many), "ExecStartPre").filter((line) => line.includes("/install "))).toHaveLength(1);
  });

  test("an encrypted one is decrypted by systemd", () => {
    expect(linesWith(text({ password: { file, encrypted: true } }), "LoadCredentialEncrypted")).toEqual([
      `LoadCredentialEncrypted=password:${file}`,
    ]);
  });

  test("nothing of all this where there is none", () => {
    expect(text({})).not.toMatch(/Credential|stowage.secrets/);
  });
});

test("under another user: what is root's inside is that user's, and the rest is given away in its namespace", () => {
  const one = { encrypted: false, target: "/x", mode: "0400" };
  const secret = (name: string, user: string) => ({ ...one, name, id: name, source: file, user, group: user });
  const { ExecStartPre } = secretSection(
    {
      name: "web",
      unit: "podman-web.service",
      runAs: { kind: "user", name: "app", home: "/home/app", uid: 1500 },
      secrets: [secret("own", "root"), secret("zero", "0"), secret("other", "1000")],
    },
    {},
  );
  const words = linesOf(ExecStartPre ?? []).map((line) => line.split(" --mode")[0]);
  expect(words).toEqual([
    "/usr/bin/install",
    "/usr/bin/install",
    "/usr/bin/podman unshare /usr/bin/install --owner=1000 --group=1000",
  ]);
});

describe("what cannot be", () => {
  const messages = (secret: object, name = "password") => problemsOf(oci({ [name]: secret }));
  const option = "ociContainers.containers.web.secrets.password";

  test.each([
    ["no source", {}, `${option} has no source: it is either a file or a credential`],
    ["two sources", { file, credential: "x" }, `${option} has two sources: it is either a file or a credential`],
    [
      "a path that systemd does not take",
      { file: "/etc/../x" },
      `${option}.file is no plain absolute path of a file: "/etc/../x"`,
    ],
    [
      "a path whose end systemd cuts off",
      { file: "/etc/x " },
      `${option}.file is no plain absolute path of a file: "/etc/x "`,
    ],
    ["a target with a colon", { file, target: "/a:b" }, `${option}.target cannot be "/a:b"`],
    ["a target that is no file", { file, target: "/a/" }, `${option}.target cannot be "/a/"`],
    [
      "an owner by a name of the image",
      { file, owner: "app" },
      `${option}.owner has the name app, which means nothing on the host`,
    ],
  ])("%s", (_, secret, message) => {
    expect(messages(secret)).toEqual([message]);
  });

  test("a name that is none of a file", () => {
    expect(messages({ file }, "a b")).toEqual(['"a b" cannot be the name of a secret']);
    expect(messages({ file }, "../b")).toEqual(['"../b" cannot be the name of a secret']);
  });

  test("two at one place inside", () => {
    const [one] = problemsOf(oci({ a: { file }, b: { file, target: "/run/secrets/a" } }));
    expect(one).toContain("would be the same file, /run/secrets/a");
    // In a system container the file itself is there, whatever leads to it.
    expect(problemsOf(system({ a: { file, target: "/etc/a" }, b: { file, target: "/run/secrets/a" } }))).toHaveLength(
      1,
    );
  });

  test("two that would be one credential", () => {
    expect(problemsOf(oci({ a: { file }, b: { credential: "a" } }))[0]).toContain("would both be the credential a");
    expect(problemsOf(oci({ a: { credential: "x" }, b: { credential: "x" } }))).toEqual([]);
  });

  test.each(["/usr/a", "/proc/a", "/run/host/a"])("a target where a container's root cannot write: %s", (target) => {
    expect(problemsOf(system({ a: { file, target } }))).toEqual([
      `containers.web.secrets.a.target cannot be "${target}"`,
    ]);
  });

  test.each(["/", "/etc", "/srv", "/root", "/var/lib", "/run/secrets"])(
    "a target that is a directory: %s",
    (target) => {
      expect(problemsOf(system({ a: { file, target } }))).toEqual([
        `containers.web.secrets.a.target cannot be "${target}"`,
      ]);
      expect(problemsOf(oci({ a: { file, target } }))).toEqual([
        `ociContainers.containers.web.secrets.a.target cannot be "${target}"`,
      ]);
    },
  );

  test.each(["/etc/app/*", "/etc/app/{a,b}", "/etc/app/a?", "/etc/app/[a]", "/etc/app/a\\b"])(
    "a target that would be a pattern of what is removed: %s",
    (target) => {
      expect(problemsOf(system({ a: { file, target } }))).toHaveLength(1);
    },
  );

  test.each(["/srv/password:/etc/password:ro", "data:/etc/password/"])("a target that a volume has: %s", (volume) => {
    const volumes = ["data:/data", volume];
    expect(problemsOf(oci({ password: { file, target: "/etc/password" } }, { volumes }))).toEqual([
      `${option} and the volume "${volume}" would both be mounted at /etc/password`,
    ]);
  });

  test("a secret itself", () => {
    expect(evaluated(oci({ password: { file: "hunter2" } })).issues[0]?.message).toBeDefined();
  });
});

test("a path of any characters reaches systemd as it is", () => {
  const character = fc.constantFrom(..."ab %$:\"'\\;,-é");
  const path = fc
    .array(fc.array(character, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 })
    .map((parts) => `/${parts.map((part) => part.join("")).join("/")}`)
    .filter((one) => !/[\s\\]$/.test(one));
  fc.assert(
    fc.property(path, (source) => {
      const unit = compiled(oci({ password: { file: source } })).units["podman-web.service"];
      const [line] = linesOf(unit?.sections.Service?.LoadCredential ?? "");
      // After the colon systemd takes all as it is, but for specifiers.
      expect(line?.slice("password:".length).replaceAll("%%", "%")).toBe(source);
    }),
    { numRuns: 100 },
  );
});

describe("resources", () => {
  const resources = {
    memoryMax: "2G",
    memoryHigh: "75%",
    memoryLow: "0",
    memorySwapMax: "0",
    cpuQuota: "150%",
    cpuWeight: 50,
    ioWeight: 20,
    pidsMax: 512,
  };
  const properties = [
    "MemoryMax=2G",
    "MemoryHigh=75%",
    "MemoryLow=0",
    "MemorySwapMax=0",
    "CPUQuota=150%",
    "CPUWeight=50",
    "IOWeight=20",
    "TasksMax=512",
  ];
  const lines = (text: string) => text.split("\n").filter((line) => /^(Memory|CPU|IO|Tasks)/.test(line));

  test("of a system container are its unit's", () => {
    const text = unitText(system({}, { config: {}, resources }), "container@web.service");
    expect(lines(text).sort()).toEqual([...properties].sort());
    expect(lines(unitText(system({}), "container@web.service"))).toEqual(["TasksMax=16384"]);
  });

  test("of podman's container are its unit's, and podman sets no further limit of processes", () => {
    const text = unitText(oci({}, { resources }), "podman-web.service");
    expect(lines(text).sort()).toEqual([...properties].sort());
    expect(text).toContain(" --pids-limit=0 ");
    expect(unitText(oci({}, { resources: { memoryMax: "1G" } }), "podman-web.service")).not.toContain("--pids-limit");
  });

  test("of docker's container are a slice's, which it is in", () => {
    const generation = compiled(oci({}, { resources, serviceName: "my-web" }, "docker"));
    const slice = "stowage-my\\x2dweb.slice";
    const unit = generation.units[slice];
    expect(unit && lines(render(unit)).sort()).toEqual([...properties].sort());
    expect(generation.containers.web?.companions).toContain(slice);
    expect(unitText(oci({}, { resources, serviceName: "my-web" }, "docker"), "my-web.service")).toContain(
      "--cgroup-parent=stowage-my\\\\x2dweb.slice",
    );
    const without = compiled(oci({}, {}, "docker"));
    expect(Object.keys(without.units).filter((name) => name.endsWith(".slice"))).toEqual([]);
  });

  test.each([
    ["memoryMax", "0"],
    ["memoryMax", "2GB"],
    ["memoryMax", "101%"],
    ["cpuQuota", "1.5"],
    ["cpuQuota", "0%"],
    ["cpuWeight", 0],
    ["ioWeight", 10001],
    ["pidsMax", 0],
  ])("what systemd would leave out without a word is refused: %s = %s", (name, value) => {
    expect(evaluated(oci({}, { resources: { [name]: value } })).issues).not.toEqual([]);
    expect(evaluated(system({}, { config: {}, resources: { [name]: value } })).issues).not.toEqual([]);
  });
});

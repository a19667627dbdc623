/** Commands in OCI containers, by podman and by docker: arguments, streams, ends, and a shell. */
import { expect } from "vitest";
import { loadImage, makeImage } from "../harness/oci-image.ts";
import { eventually, type Machine, onOneMachine } from "../harness.ts";
import { table } from "./table.ts";

type Engine = "podman" | "docker";

const image = "localhost/inside:1";

async function prepare(host: Machine, backend: Engine): Promise<void> {
  if (backend === "docker") await host.must(["systemctl", "start", "docker.service"]);
  await loadImage(host, makeImage(host.suite, image, { Env: ["PATH=/bin"] }), backend);
  const web = {
    image,
    pull: "never",
    networks: ["none"],
    cmd: ["sh", "-c", 'trap "exit 0" TERM; sleep infinity & wait'],
  };
  const config = { ociContainers: { backend, containers: { web } } };
  await host.put(
    "/etc/stowage/host.ts",
    `import { defineHost } from "stowage";\nexport default defineHost(${JSON.stringify(config)});\n`,
  );
  await host.stowage(["switch"]);
}

const begun = (host: Machine, pattern: string) => eventually(() => host.must(["pgrep", "-x", "-f", pattern]));

async function streams(host: Machine): Promise<void> {
  const lists = table.flat().filter((one) => one.length < 1000);
  const count = ["sh", "-c", 'printf "%s\\n" "$#"; printf "<%s>" "$@"', "sh"];
  expect(await host.stowage(["run", "web", "--", ...count, ...lists])).toBe(
    `${lists.length}\n${lists.map((one) => `<${one}>`).join("")}`,
  );
  const sum = await host.sh("head -c 10000000 /dev/urandom >/run/big; sha256sum </run/big");
  expect(await host.sh("stowage run web -- cat </run/big | sha256sum")).toBe(sum);
  const both = await host.tryStowage(["run", "web", "--", "sh", "-c", "echo out; echo err >&2; exit 203"]);
  expect(both).toEqual({ code: 203, stdout: "out\n", stderr: "err\n" });
}

async function ends(host: Machine, engine: Engine): Promise<void> {
  for (const [signal, number] of Object.entries({ KILL: 9, SEGV: 11, TERM: 15 })) {
    const ended = await host.tryStowage(["run", "web", "--", "sh", "-c", `kill -${signal} $$`]);
    expect(ended).toEqual({ code: 128 + number, stdout: "", stderr: "" });
  }
  for (const end of [
    ["stowage", "stop", "web"],
    [engine, "kill", "web"],
  ]) {
    await eventually(() => host.stowage(["start", "web"]));
    const going = host.tryStowage(["run", "web", "--", "sleep", "4901"]);
    await begun(host, "sleep 4901");
    await host.must(end);
    expect(await going).toMatchObject({ code: 137, stderr: expect.stringContaining("the container web ended") });
  }
  await host.stowage(["stop", "web"]);
  for (const verb of [
    ["run", "web", "--", "true"],
    ["shell", "web"],
  ])
    expect((await host.tryStowage(verb)).stderr).toContain('error[not-running]: the container "web" is not running');
  await host.stowage(["start", "web"]);
}

async function shells(host: Machine): Promise<void> {
  expect(await host.tryStowage(["shell", "web"], { input: "id -u; pwd; exit 4\n" })).toMatchObject({
    code: 4,
    stdout: "0\n/\n",
  });
  expect((await host.tryStowage(["root-login", "web", "--user", "app"], { input: "id -u\n" })).stdout).toBe("1000\n");
  const login = await host.tryStowage(["login", "web"]);
  expect([login.code, login.stderr]).toEqual([1, expect.stringContaining("error[no-login]")]);
  for (const flags of [
    ["--user", "nobody-at-all"],
    ["--cwd", "/nowhere"],
  ]) {
    const refused = await host.tryStowage(["run", "web", ...flags, "--", "true"]);
    expect([126, 127, 255]).toContain(refused.code);
    // Docker 20.10 says some of it on standard output.
    expect(refused.stdout + refused.stderr).toContain(flags[1]);
  }
  const line = "stowage shell web";
  const typed = await host.run(["script", "--quiet", "--return", "--command", line, "/dev/null"], {
    input: "test -t 0 && echo on a ter''minal; exit 5\n",
  });
  expect([typed.code, typed.stdout]).toEqual([5, expect.stringContaining("on a terminal")]);
}

onOneMachine(
  (scenario) => {
    for (const engine of ["podman", "docker"] as const)
      scenario(`${engine}: arguments, streams, ends, shells`, async ({ host }) => {
        await prepare(host, engine);
        await streams(host);
        await ends(host, engine);
        await shells(host);
      });
  },
  { on: "bookworm", flavour: "engines" },
);

/** Which OCI containers are called trusted, and why. */
import { expect, test } from "vitest";
import { isolationOf } from "../../../src/compile/index.ts";
import { plan } from "../../../src/plan/index.ts";
import { defaultLayout } from "../../../src/store/layout.ts";
import { machine } from "../../plan/observed.ts";
import { compiled, evaluated } from "./evaluated.ts";

const config = (more: object) => ({ ociContainers: { containers: { web: { image: "localhost/web:1", ...more } } } });

test.each<[more: object, because: string[]]>([
  [{}, []],
  [{ privileged: true }, ["it is privileged"]],
  [{ networks: ["host"] }, ["it has the host's network"]],
  [{ extraOptions: ["--pid=host", "--shm-size=1g"] }, ["its extraOptions have --pid=host"]],
  [{ capabilities: { SYS_ADMIN: true, SYS_PTRACE: false, NET_ADMIN: true } }, ["it has the capability SYS_ADMIN"]],
  [{ devices: ["/dev/sda:/dev/x:r", "/dev/dri", "nvidia.com/gpu=all"] }, ["it has the device /dev/sda"]],
  [{ volumes: ["/etc:/host-etc", "data:/etc", "/usr:/host-usr:ro"] }, ["it may write to /etc of the host"]],
  [{ volumes: ["/run/docker.sock:/run/docker.sock:ro"] }, ["it sees /run/docker.sock of the host"]],
])("%j: %j", (more, because) => {
  const generation = compiled(config(more));
  const isolation = because.length === 0 ? "isolated" : "trusted";
  expect(generation.containers.web).toMatchObject({ isolation, trustedBecause: because });
  // What `explain` says before there is a generation.
  expect(isolationOf("web", evaluated(config(more)).config, defaultLayout, "oci")).toEqual({
    isolation,
    trustedBecause: because,
  });
});

test("a plan says so, without advice that is for system containers", () => {
  const next = compiled(config({ networks: ["host"] }));
  expect(plan(null, next, machine([])).notices).toContain(
    "container web is trusted, its root as good as root of this host: it has the host's network",
  );
});

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
  ...["/var/lib/stowage", "/proc", "/sys/fs", "/dev", "/var/lib/containers", "/var/lib/docker/volumes"].map(
    (path): [object, string[]] => [
      { volumes: [`${path}:/x`, `${path}:/y:ro`] },
      [`it may write to ${path} of the host`],
    ],
  ),
  [
    { volumes: ["/srv/../etc/:/x", "//usr:/y"] },
    ["it may write to /etc of the host", "it may write to /usr of the host"],
  ],
  [{ volumes: ["/dev/dri:/dev/dri", "/srv/data:/data"] }, []],
  [{ devices: ["/dev/dri/../sda", "/dev/snd/../dri"] }, ["it has the device /dev/sda"]],
  [{ networks: ["ns:/run/netns/x"] }, ["it has the network ns:/run/netns/x"]],
  [
    { capabilities: { CAP_SYS_ADMIN: true, CAP_BPF: true, CAP_ALL: true, CAP_NET_ADMIN: true } },
    ["it has the capability ALL", "it has the capability BPF", "it has the capability SYS_ADMIN"],
  ],
  ...[
    ["--pid", "host"],
    ["--network", "host"],
    ["--net", "ns:/run/x"],
    ["--privileged"],
    ["-v", "/:/h"],
    ["-v/:/h"],
    ["-itv", "/:/h"],
    ["--volume", "/:/h"],
    ["--mount", "type=bind,source=/,target=/h"],
    ["--device", "/dev/sda"],
    ["--cap-add", "ALL"],
    ["--security-opt", "seccomp=unconfined"],
    ["--volumes-from", "other"],
    ["--userns", "host"],
    ["--whatever=1"],
    ["image:1"],
  ].flatMap((words): [object, string[]][] => [
    [{ extraOptions: words }, [`its extraOptions have ${words.join(" ")}`]],
    ...(words.length === 2 && words[0]?.startsWith("--")
      ? [[{ extraOptions: [words.join("=")] }, [`its extraOptions have ${words.join("=")}`]] as [object, string[]]]
      : []),
  ]),
  // What hides behind a word that takes no value, or is one.
  [{ extraOptions: ["--read-only", "--privileged"] }, ["its extraOptions have --privileged"]],
  [{ extraOptions: ["--label", "--privileged"] }, []],
  [{ extraOptions: ["-it", "-eA=1", "-p", "80:80", "--init", "--tmpfs", "/tmp", "--network=other"] }, []],
  [{ extraOptions: ["--security-opt=no-new-privileges", "--ulimit=nofile=1024"] }, []],
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

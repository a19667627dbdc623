import { expect, test } from "vitest";
import { plan } from "../../src/plan/index.ts";
import { compiled } from "../compile/oci/evaluated.ts";
import { machine } from "./observed.ts";

const image = "localhost/web:1";
const generation = (ociContainers: object) =>
  compiled({ ociContainers: { defaultNetwork: { enable: false }, ...ociContainers } });
const containers = { web: { image, networks: ["app"] }, other: { image, networks: ["spare"] } };
const before = generation({ networks: { app: {}, spare: {} }, containers });

/** What is done to units, in order. */
function jobs(former: ReturnType<typeof generation>, next: ReturnType<typeof generation>) {
  const made = plan(former, next, machine([former]));
  return made.steps.flatMap(({ action, because }) =>
    /^(stop|start|restart)-unit$/.test(action.do) && "unit" in action
      ? [`${action.do} ${action.unit}: ${because}`]
      : [],
  );
}

test("a network that changes is made anew while those on it are stopped, and no others", () => {
  const next = generation({ networks: { app: { internal: true }, spare: {} }, containers });
  expect(jobs(before, next)).toEqual([
    "stop-unit podman-web.service: its network app changed",
    "restart-unit stowage-podman-network@app.service: ExecStart, ExecStop changed",
    "start-unit podman-web.service: its network app changed",
  ]);
});

test("a network that goes does so after those on it have stopped", () => {
  const next = generation({
    networks: { spare: {} },
    containers: { ...containers, web: { image, networks: ["spare"] } },
  });
  expect(jobs(before, next)).toEqual([
    "stop-unit podman-web.service: its network app goes",
    "stop-unit stowage-podman-network@app.service: no longer in the configuration",
    "start-unit podman-web.service: its network app goes",
  ]);
});

test("a new network is begun by those on it; one that nobody is on by name", () => {
  const next = generation({
    networks: { app: {}, spare: {}, more: {}, alone: {} },
    containers: { ...containers, web: { image, networks: ["app", "more"] } },
  });
  expect(jobs(before, next)).toEqual([
    "start-unit stowage-podman-network@alone.service: new",
    "restart-unit podman-web.service: ExecStart, After, Requires changed",
  ]);
});

test("of a pod whose network changes all containers are stopped before", () => {
  const pods = (network: object) =>
    generation({
      networks: { net: network },
      pods: { app: { networks: ["net"] } },
      containers: { web: { image, pod: "app" } },
    });
  expect(jobs(pods({}), pods({ internal: true }))).toEqual([
    "stop-unit podman-web.service: its network net changed",
    "restart-unit stowage-podman-network@net.service: ExecStart, ExecStop changed",
    "start-unit podman-web.service: its network net changed",
  ]);
});

const volume = (options: object) =>
  generation({ volumes: { data: options }, containers: { db: { image, volumes: ["data:/data"] } } });

test("a volume of other options stops the plan, whatever it would lose", () => {
  const made = plan(volume({}), volume({ options: { type: "tmpfs" } }), machine([volume({})]));
  expect(made.blocked.map(({ code, message }) => [code, message])).toEqual([
    ["volume-changed", "volume data has other options now, and to make it anew would be to lose what it keeps"],
  ]);
  expect(plan(volume({}), volume({}), machine([volume({})])).blocked).toEqual([]);
});

test("of another user's volume it is told whose podman removes it", () => {
  const users = new Map([["alice", { uid: 1000, home: "/home/alice", hasSubIds: true }]]);
  const hers = (volumes: object, names: readonly string[]) => {
    const db = { image, podman: { user: "alice" }, volumes: names };
    return compiled({ ociContainers: { defaultNetwork: { enable: false }, volumes, containers: { db } } }, { users });
  };
  const before = hers({ data: {} }, ["data:/data"]);
  expect(plan(before, hers({}, []), machine([before])).notices).toEqual([
    "volume data stays, with all that it keeps; `podman volume rm data` as alice removes it",
  ]);
  const changed = plan(before, hers({ data: { options: { type: "tmpfs" } } }, ["data:/data"]), machine([before]));
  expect(changed.blocked.map(({ hint }) => hint)).toEqual([
    "give it another name; or take it out of host.ts, `stowage switch`, `podman volume rm data` as alice, and declare it again",
  ]);
});

test("a volume that is no longer declared is told to stay", () => {
  const next = generation({ containers: { db: { image } } });
  expect(plan(volume({}), next, machine([volume({})])).notices).toEqual([
    "volume data stays, with all that it keeps; `podman volume rm data` removes it",
  ]);
});

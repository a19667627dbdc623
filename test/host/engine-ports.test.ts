import { expect, test } from "vitest";
import { publishedPorts } from "../../src/host/engine-ports.ts";

const alice = { engine: "podman", user: "alice" } as const;

test("the engine is asked as the user that has the container; a name is no option", async () => {
  const asked: (readonly string[])[] = [];
  const ports = await publishedPorts(alice, "-web", async (user, argv, terminal) => {
    asked.push([user, String(terminal), ...argv.slice(1)]);
    return ["echo", "80/tcp -> [::]:8080"];
  });
  expect(asked).toEqual([["alice", "false", "container", "port", "--", "-web"]]);
  expect(ports).toEqual([{ containerPort: 80, protocol: "tcp", address: "::", hostPort: 8080 }]);
});

test("what it does not say is not known", async () => {
  expect(await publishedPorts(alice, "web", async () => ["false"])).toBeNull();
});

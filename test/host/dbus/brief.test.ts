import { createServer } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BriefConnection } from "../../../src/host/dbus/brief.ts";
import type { Message } from "../../../src/host/dbus/message.ts";
import { standingOf } from "../../../src/host/dbus/standing.ts";
import type { Value } from "../../../src/host/dbus/values.ts";
import { type Answer, Peer } from "./peer.ts";

const row = (unit: string, active: string, sub: string, description = "ä description"): Value => [
  ...[unit, description, "loaded", active, sub, "", `/org/freedesktop/systemd1/unit/${unit.length}`],
  ...[0, "", "/"],
];

const units: Value[] = [
  row("container@web.service", "active", "running"),
  row("container@db-1.service", "activating", "start-pre"),
  row("container@off.service", "inactive", "dead"),
  row("container@stranger.service", "active", "running"),
  row("podman-app.service", "failed", "failed", "x"),
];

function answer(call: Message): Answer {
  if (call.member === "ListUnitsByPatterns") return ["a(ssssssouso)", units];
  const [, property] = call.body;
  if (property === "NRestarts") return ["v", { signature: "u", value: 3 }];
  return ["v", { signature: "t", value: 1_795_300_628_615_999n }];
}

let peer: Peer;
beforeEach(async () => {
  peer = await new Peer(answer).listen();
});
afterEach(() => peer.end());

const asked = [
  "container@web.service",
  "container@db-1.service",
  "container@off.service",
  "podman-app.service",
  "no.service",
];

test("how units stand: one list, and one property of each that runs", async () => {
  const found = await standingOf(asked, peer.path);
  expect(found).toEqual({
    "container@web.service": { active: "active", sub: "running", since: 1_795_300_628_615 },
    "container@db-1.service": { active: "activating", sub: "start-pre", since: null, restarts: 3 },
    "container@off.service": { active: "inactive", sub: "dead", since: null },
    "podman-app.service": { active: "failed", sub: "failed", since: null },
    "no.service": { active: "inactive", sub: "dead", since: null },
  });
});

test("what is sent is what the other side reads, by the rules of the wire", async () => {
  await standingOf(asked, peer.path);
  expect(peer.calls.map(({ path, member, body }) => ({ path, member, body }))).toEqual([
    {
      path: "/org/freedesktop/systemd1",
      member: "ListUnitsByPatterns",
      body: [[], ["container@*.service", "podman-app.service", "no.service"]],
    },
    {
      path: "/org/freedesktop/systemd1/unit/container_40web_2eservice",
      member: "Get",
      body: ["org.freedesktop.systemd1.Unit", "ActiveEnterTimestamp"],
    },
    {
      path: "/org/freedesktop/systemd1/unit/container_40db_2d1_2eservice",
      member: "Get",
      body: ["org.freedesktop.systemd1.Service", "NRestarts"],
    },
  ]);
});

test("answers in another order, signals in between, and in pieces", async () => {
  const calls: Message[] = [];
  peer.answers = (call) => {
    if (call.member === "ListUnitsByPatterns") {
      peer.signal("/org/freedesktop/systemd1", "systemd1.Manager", "Reloading", "b", true);
      return answer(call);
    }
    calls.push(call);
    if (calls.length === 2) for (const one of calls.reverse()) peer.reply(one, answer(one));
    return undefined;
  };
  const found = await standingOf(asked, peer.path);
  expect(found["container@db-1.service"]?.restarts).toBe(3);
  expect(found["container@web.service"]?.since).toBeGreaterThan(0);
});

test("a unit that systemd does not answer for has no time", async () => {
  peer.answers = (call) =>
    call.member === "Get" ? { error: "org.freedesktop.DBus.Error.UnknownObject" } : answer(call);
  expect((await standingOf(asked, peer.path))["container@web.service"]).toEqual({
    active: "active",
    sub: "running",
    since: null,
  });
});

test("not admitted, nobody there, gone half way: an error, and no answer that is half", async () => {
  peer.greeting = "REJECTED EXTERNAL\r\n";
  await expect(standingOf(asked, peer.path)).rejects.toThrow("not admitted");
  await expect(standingOf(asked, `${peer.path}-none`)).rejects.toThrow("ENOENT");
  peer.greeting = "OK 0123456789abcdef0123456789abcdef\r\n";
  peer.answers = (call) => {
    if (call.member === "Get") peer.drop();
    return call.member === "Get" ? undefined : answer(call);
  };
  await expect(standingOf(asked, peer.path)).rejects.toThrow();
  peer.answers = () => ({ error: "org.freedesktop.DBus.Error.AccessDenied" });
  await expect(standingOf(asked, peer.path)).rejects.toThrow("does not list");
});

test("who is not admitted leaves no connection behind", { timeout: 10_000 }, async () => {
  const path = `${peer.path}-strict`;
  let isClosed: Promise<unknown> | undefined;
  const server = createServer((socket) => {
    isClosed = new Promise((resolve) => socket.on("close", resolve));
    socket.resume().write("REJECTED EXTERNAL\r\n");
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await expect(BriefConnection.open(path)).rejects.toThrow("not admitted");
  await isClosed;
  await new Promise((resolve) => server.close(resolve));
});

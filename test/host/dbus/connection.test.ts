import { afterEach, expect, test } from "vitest";
import { CallFailed, Connection, ConnectionLost } from "../../../src/host/dbus/connection.ts";
import { encode, type Message } from "../../../src/host/dbus/message.ts";
import { type Answers, Peer } from "./peer.ts";

let peer: Peer;
afterEach(() => peer.end());

const call = (member: string) => ({ path: "/a", interface: "a.b", member });
const signals: Message[] = [];
let ended: Connection[] = [];

async function connected(answers: Answers): Promise<Connection> {
  peer = await new Peer(answers).listen();
  signals.length = 0;
  ended = [];
  const connection: Connection = await Connection.open(peer.path, {
    wants: ({ member }) => member !== "Unwanted",
    onSignal: (signal) => void signals.push(signal),
    onEnd: () => void ended.push(connection),
  });
  return connection;
}

const refused = (work: Promise<unknown>) => work.catch((error: unknown) => error);

test("a call and its reply, whatever order they come in", async () => {
  const waiting: Message[] = [];
  const connection = await connected((message, peer) => {
    waiting.unshift(message);
    if (waiting.length === 3) for (const one of waiting) peer.reply(one, ["s", `${one.member}!`]);
    return undefined;
  });
  const replies = await Promise.all(["A", "B", "C"].map((member) => connection.call(call(member))));
  expect(replies).toEqual([["A!"], ["B!"], ["C!"]]);
});

test("an error is told by its name and its words", async () => {
  const connection = await connected(() => ({ error: "a.b.No", text: "No." }));
  const error = await refused(connection.call(call("A")));
  expect(error).toBeInstanceOf(CallFailed);
  expect(error).toMatchObject({ error: "a.b.No", message: "No." });
});

test("a call that does not fit its signature fails alone", async () => {
  const connection = await connected(() => ["u", 1]);
  const bad = refused(connection.call({ ...call("A"), signature: "u", body: ["text"] }));
  expect(await connection.call(call("B"))).toEqual([1]);
  expect(await bad).toMatchObject({ name: "WireError" });
});

test("of many calls, 64 wait at once", async () => {
  let [waiting, most] = [0, 0];
  const connection = await connected((message, peer) => {
    waiting += 1;
    most = Math.max(most, waiting);
    setTimeout(() => {
      waiting -= 1;
      peer.reply(message, ["u", 1]);
    }, 1);
    return undefined;
  });
  const replies = await Promise.all(Array.from({ length: 300 }, () => connection.call(call("A"))));
  expect(replies).toHaveLength(300);
  expect(most).toBe(64);
});

test("signals that are wanted; the others may hold what they like", async () => {
  const connection = await connected((_, peer) => {
    const signal: Message = {
      type: "signal",
      serial: 1,
      path: "/a",
      interface: "a.b",
      member: "Unwanted",
      signature: "b",
      body: [true],
    };
    const bad = Buffer.from(encode(signal));
    bad[bad.length - 4] = 7;
    peer.sendBytes(bad);
    peer.send({ ...signal, member: "Wanted" });
    return ["u", 1];
  });
  await connection.call(call("A"));
  expect(signals.map(({ member }) => member)).toEqual(["Wanted"]);
});

test("messages in pieces of any size", async () => {
  const connection = await connected((message, peer) => {
    const reply: Message = {
      type: "reply",
      serial: 9,
      replyTo: message.serial,
      signature: "s",
      body: ["x".repeat(200)],
    };
    const bytes = encode(reply);
    let at = 0;
    const next = () => {
      peer.sendBytes(bytes.subarray(at, at + 7));
      at += 7;
      if (at < bytes.length) setImmediate(next);
    };
    next();
    return undefined;
  });
  expect(await connection.call(call("A"))).toEqual(["x".repeat(200)]);
});

test.each<[string, (peer: Peer) => void]>([
  ["the other side goes away", (peer) => peer.drop()],
  ["what comes cannot be read", (peer) => peer.sendBytes(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))],
])("whoever waits is told at once when %s, and so is whoever asks later", async (_, event) => {
  const connection = await connected((_, peer) => void event(peer));
  const many = await Promise.all(Array.from({ length: 100 }, () => refused(connection.call(call("A")))));
  expect(many.every((error) => error instanceof ConnectionLost)).toBe(true);
  expect(ended.filter((one) => one === connection)).toHaveLength(1);
  expect(connection.isOpen).toBe(false);
  expect(await refused(connection.call(call("B")))).toBeInstanceOf(ConnectionLost);
});

test("nobody listens", async () => {
  await connected(() => undefined);
  await peer.end();
  const options = { wants: () => true, onSignal: () => undefined, onEnd: () => undefined };
  expect(await refused(Connection.open(peer.path, options))).toMatchObject({
    name: "ConnectionLost",
    message: expect.stringContaining("ENOENT"),
  });
});

test.each(["REJECTED EXTERNAL\r\n", "ERROR\r\n", "x".repeat(10_000)])("not admitted: %s", async (greeting) => {
  peer = await new Peer(() => undefined).listen();
  peer.greeting = greeting;
  const options = { wants: () => true, onSignal: () => undefined, onEnd: () => undefined };
  expect(await refused(Connection.open(peer.path, options))).toMatchObject({
    name: "ConnectionLost",
    message: expect.stringContaining("not admitted"),
  });
});

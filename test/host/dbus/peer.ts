/** The other side of a connection, for tests: admits everybody, and answers as it is told. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode, encode, type Message, sizeOf } from "../../../src/host/dbus/message.ts";
import type { Value } from "../../../src/host/dbus/values.ts";

export type Answer =
  | readonly [signature: string, ...body: Value[]]
  | { readonly error: string; readonly text?: string };
/** undefined: no answer now. */
export type Answers = (call: Message, peer: Peer) => Answer | undefined;

export class Peer {
  readonly path: string;
  readonly calls: Message[] = [];
  answers: Answers;
  /** How many connections there have been. */
  admitted = 0;
  /** What it says to who knocks. */
  greeting = "OK 0123456789abcdef0123456789abcdef\r\n";
  readonly #directory = mkdtempSync(join(tmpdir(), "stowage-dbus-"));
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #serial = 0;

  constructor(answers: Answers) {
    this.answers = answers;
    this.path = join(this.#directory, "socket");
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.path, resolve));
    return this;
  }

  /** Ends every connection; new ones are admitted. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async end(): Promise<void> {
    this.drop();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  reply(call: Message, answer: Answer): void {
    this.send(this.#replyTo(call, answer));
  }

  signal(path: string, of: string, member: string, signature: string, ...body: Value[]): void {
    this.send({ type: "signal", path, interface: `org.freedesktop.${of}`, member, signature, body, serial: 1 });
  }

  jobRemoved(id: number, unit: string, result: string): void {
    this.signal(managerPath, "systemd1.Manager", "JobRemoved", "uoss", id, jobPath(id), unit, result);
  }

  unitChanged(path: string, changes: Readonly<Record<string, string>>): void {
    const changed = Object.entries(changes).map(([name, value]) => [name, { signature: "s", value }]);
    this.signal(path, "DBus.Properties", "PropertiesChanged", "sa{sv}as", "org.freedesktop.systemd1.Unit", changed, []);
  }

  send(message: Message): void {
    this.sendBytes(encode({ ...message, serial: ++this.#serial }));
  }

  sendBytes(bytes: Uint8Array): void {
    for (const socket of this.#sockets) socket.write(bytes);
  }

  #replyTo(call: Message, answer: Answer): Message {
    const head = { replyTo: call.serial, serial: 1 };
    if ("error" in answer) {
      return { ...head, type: "error", error: answer.error, signature: "s", body: [answer.text ?? answer.error] };
    }
    const [signature, ...body] = answer as readonly [string, ...Value[]];
    return { ...head, type: "reply", signature, body };
  }

  #serve(socket: Socket): void {
    this.admitted += 1;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket)).on("error", () => undefined);
    let unread: Buffer = Buffer.alloc(0);
    let isAdmitted = false;
    socket.on("data", (chunk: Buffer) => {
      unread = Buffer.concat([unread, chunk]);
      // As systemd: what comes in one piece with the last line of this, and is a message, is not seen.
      if (!isAdmitted && /^\0AUTH EXTERNAL [0-9a-f]+\r\nBEGIN\r\n$/.test(unread.toString("latin1"))) {
        socket.write(this.greeting);
        isAdmitted = true;
        unread = Buffer.alloc(0);
      }
      while (isAdmitted) {
        const size = sizeOf(unread);
        if (size === null || unread.length < size) break;
        this.#take(decode(unread.subarray(0, size)));
        unread = unread.subarray(size);
      }
    });
  }

  #take(call: Message): void {
    this.calls.push(call);
    const answer = this.answers(call, this);
    if (answer !== undefined) this.reply(call, answer);
  }
}

export const managerPath = "/org/freedesktop/systemd1";
export const jobPath = (id: number): string => `${managerPath}/job/${id}`;

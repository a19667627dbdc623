/**
 * One connection over a unix socket: calls with their replies, and signals. It keeps the process alive only while somebody
 * waits for something. Facts: the D-Bus Specification, "Authentication Protocol" and "Message Protocol".
 */
import { createConnection, type Socket } from "node:net";
import { decode, encode, type Message, sizeOf } from "./message.ts";
import type { Value } from "./values.ts";

export interface Call {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Default: no arguments. */
  readonly signature?: string;
  readonly body?: readonly Value[];
}

/** What the other side answered instead of a reply. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
  /** `org.freedesktop.systemd1.NoSuchUnit` */
  readonly error: string;

  constructor(error: string, message: string) {
    super(message);
    this.error = error;
  }
}

/** There is no connection, or it has ended, or an answer did not come: nobody knows whether the call was carried out. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

export interface ConnectionOptions {
  /** Whether a signal is of interest. Of others not even the body is read. */
  readonly wants: (header: Message) => boolean;
  readonly onSignal: (signal: Message) => void;
  /** The connection has ended, by whatever. */
  readonly onEnd: () => void;
}

/** Calls that wait for their replies at once. A bus daemon allows 128 of a connection; systemd's own socket many more. */
const pendingLimit = 64;
/** Milliseconds for an answer. systemd answers nothing while it reads all units anew, which takes a big machine long. */
const patience = 120_000;

interface Waiting {
  resolve(values: readonly Value[]): void;
  reject(error: Error): void;
}

interface Pending extends Waiting {
  readonly timer: NodeJS.Timeout;
}

export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #queue: [Call, Waiting][] = [];
  #unread: Buffer = Buffer.alloc(0);
  #serial = 0;
  #holders = 0;
  #ended: ConnectionLost | null = null;

  private constructor(socket: Socket, options: ConnectionOptions, rest: Buffer) {
    this.#socket = socket;
    this.#options = options;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#end(error.message));
    socket.on("close", () => this.#end("the connection was closed"));
    socket.unref();
    this.#read(rest);
  }

  /** @throws ConnectionLost where nobody listens, or who does will not have us */
  static async open(path: string, options: ConnectionOptions): Promise<Connection> {
    const socket = createConnection({ path });
    try {
      return new Connection(socket, options, await authenticate(socket));
    } catch (error) {
      socket.destroy();
      throw new ConnectionLost(error instanceof Error ? error.message : `${error}`, { cause: error });
    }
  }

  get isOpen(): boolean {
    return this.#ended === null;
  }

  /** Keeps the process alive until the returned function is called. */
  hold(): () => void {
    this.#holders += 1;
    this.#socket.ref();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#socket.unref();
    };
  }

  /** @throws CallFailed, ConnectionLost */
  call(call: Call): Promise<readonly Value[]> {
    const release = this.hold();
    return new Promise<readonly Value[]>((resolve, reject) => {
      this.#queue.push([call, { resolve, reject }]);
      this.#send();
    }).finally(release);
  }

  close(): void {
    this.#end("the connection was closed by us");
  }

  #send(): void {
    while (this.#pending.size < pendingLimit) {
      const [call, waiting] = this.#queue.shift() ?? [];
      if (call === undefined || waiting === undefined) return;
      if (this.#ended !== null) waiting.reject(this.#ended);
      else this.#sendOne(call, waiting);
    }
  }

  #sendOne(call: Call, waiting: Waiting): void {
    this.#serial = (this.#serial % 0xffffffff) + 1;
    const serial = this.#serial;
    const bytes = encodeOr(waiting, { type: "method-call", serial, signature: "", body: [], ...call });
    if (bytes === null) return;
    // What comes so late is no answer any more, and what else is on its way would not be either.
    const timer = setTimeout(() => this.#end(`no answer to ${call.member} within ${patience / 1000} s`), patience);
    timer.unref();
    this.#pending.set(serial, { ...waiting, timer });
    this.#socket.write(bytes);
  }

  #read(chunk: Buffer): void {
    if (this.#ended !== null) return;
    try {
      this.#unread = eachMessage(this.#unread, chunk, (bytes) => this.#take(bytes));
    } catch (error) {
      this.#end(`what systemd sent cannot be read: ${error instanceof Error ? error.message : error}`);
    }
  }

  #take(bytes: Uint8Array): void {
    const message = decode(bytes, (header) => header.type !== "signal" || this.#options.wants(header));
    if (message.type === "signal") {
      if (this.#options.wants(message)) this.#options.onSignal(message);
    } else if (message.type === "reply" || message.type === "error") this.#settle(message);
  }

  #settle(message: Message): void {
    const pending = this.#pending.get(message.replyTo ?? 0);
    if (pending === undefined) return;
    this.#pending.delete(message.replyTo ?? 0);
    clearTimeout(pending.timer);
    if (message.type === "reply") pending.resolve(message.body);
    else {
      const [said] = message.body;
      pending.reject(new CallFailed(message.error ?? "", typeof said === "string" ? said : (message.error ?? "")));
    }
    this.#send();
  }

  #end(why: string): void {
    if (this.#ended !== null) return;
    this.#ended = new ConnectionLost(why);
    this.#socket.destroy();
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(this.#ended);
    }
    this.#pending.clear();
    this.#send();
    this.#options.onEnd();
  }
}

/** A call that does not fit its signature fails alone. */
function encodeOr(waiting: Waiting, message: Message): Uint8Array | null {
  try {
    return encode(message);
  } catch (error) {
    waiting.reject(error as Error);
    return null;
  }
}

/** @returns the beginning of a message whose rest has not come yet */
function eachMessage(unread: Buffer, chunk: Buffer, take: (bytes: Uint8Array) => void): Buffer {
  let left = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
  for (;;) {
    const size = sizeOf(left);
    if (size === null || left.length < size) return left;
    take(left.subarray(0, size));
    left = left.subarray(size);
  }
}

/** Longest line of the other side's that is read. */
const longestLine = 4096;

/**
 * By our user id, which the kernel tells the other side, too.
 * @returns what came after the other side's answer
 */
function authenticate(socket: Socket): Promise<Buffer> {
  const user = Buffer.from(`${process.geteuid?.() ?? 0}`).toString("hex");
  return new Promise((resolve, reject) => {
    let said: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => settle(() => reject(new Error("no answer"))), patience);
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      finish();
    };
    // All of it in one piece. systemd reads what there is of it in one go: the first message, if it came in the same go as
    // the last line, would lie there until something else comes.
    socket.on("connect", () => socket.write(`\0AUTH EXTERNAL ${user}\r\nBEGIN\r\n`));
    socket.on("error", (error) => settle(() => reject(error)));
    socket.on("close", () => settle(() => reject(new Error("closed before it began"))));
    socket.on("data", (chunk: Buffer) => {
      said = Buffer.concat([said, chunk]);
      const end = said.indexOf("\r\n");
      if (end < 0 && said.length < longestLine) return;
      const line = said.subarray(0, Math.max(end, 0)).toString("latin1");
      if (!line.startsWith("OK ")) return settle(() => reject(new Error(`not admitted: ${line.slice(0, 80)}`)));
      settle(() => resolve(said.subarray(end + 2)));
    });
  });
}

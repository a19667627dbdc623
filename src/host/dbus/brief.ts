/**
 * A few calls to systemd in as little time as Node can make them: what a short run has once only is never compiled by V8
 * to more than bytecode, in which reading and writing by signature takes longer than everything else of such a run. So
 * the messages that are needed here are written and read as they are; all else is `connection.ts`.
 * Facts: the D-Bus Specification, "Message Protocol".
 */
import { createConnection, type Socket } from "node:net";

/** Of an argument only texts, and lists of them. */
export interface BriefCall {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: readonly (string | readonly string[])[];
}

/** Milliseconds for all of it: systemd answers nothing while it reads all units anew. */
const patience = 120_000;
const longestMessage = 1 << 27;

/** A connection for one question after the other. @throws Error where systemd cannot be reached, or ends it */
export class BriefConnection {
  readonly #socket: Socket;
  #serial = 0;
  #unread: Buffer = Buffer.alloc(0);
  #take: (() => void) | undefined;
  #ended: Error | undefined;

  private constructor(path: string) {
    this.#socket = createConnection({ path });
    this.#socket.setTimeout(patience, () => this.#socket.destroy(new Error(`no answer within ${patience / 1000} s`)));
    const end = (error: Error) => {
      this.#ended ??= error;
      this.#take?.();
    };
    this.#socket.on("error", end);
    this.#socket.on("close", () => end(new Error("the connection was closed")));
    this.#socket.on("data", (chunk: Buffer) => {
      this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
      this.#take?.();
    });
  }

  /** The kernel tells systemd who we are. */
  static async open(path: string): Promise<BriefConnection> {
    const connection = new BriefConnection(path);
    try {
      await connection.#admission();
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  #admission(): Promise<void> {
    const user = Buffer.from(`${process.geteuid?.() ?? 0}`).toString("hex");
    // In a piece of its own: see `connection.ts`.
    this.#socket.write(`\0AUTH EXTERNAL ${user}\r\nBEGIN\r\n`);
    return this.#until(() => {
      const end = this.#unread.indexOf("\r\n");
      if (end < 0) return undefined;
      if (this.#unread.toString("latin1", 0, 3) !== "OK ") throw new Error("not admitted");
      this.#unread = this.#unread.subarray(end + 2);
      return true;
    });
  }

  /** All at once. @returns the body of each reply, in the order of the calls; null where systemd refuses */
  async ask(calls: readonly BriefCall[]): Promise<(Buffer | null)[]> {
    const first = this.#serial + 1;
    this.#socket.write(calls.map((call) => message(++this.#serial, call)).join(""), "latin1");
    const bodies = new Array<Buffer | null>(calls.length).fill(null);
    let missing = calls.length;
    await this.#until(() => {
      for (let one = this.#next(); one !== null; one = this.#next()) {
        const at = one.replyTo - first;
        if (!(at >= 0 && at < calls.length)) continue;
        bodies[at] = one.type === methodReturn ? one.body : null;
        missing -= 1;
      }
      return missing <= 0 ? true : undefined;
    });
    return bodies;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Waits until what has come is enough. */
  #until(look: () => true | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        this.#take = undefined;
        finish();
      };
      this.#take = () => {
        try {
          if (look() === true) settle(resolve);
          else if (this.#ended !== undefined) settle(() => reject(this.#ended));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      this.#take();
    });
  }

  #next(): Incoming | null {
    const bytes = this.#unread;
    if (bytes.length < headerLength) return null;
    const [bodyLength, fieldsLength] = [bytes.readUInt32LE(4), bytes.readUInt32LE(12)];
    const bodyAt = aligned(headerLength + fieldsLength, 8);
    if (bytes[0] !== littleEndian || bodyAt + bodyLength > longestMessage)
      throw new Error("not a message of systemd's");
    if (bytes.length < bodyAt + bodyLength) return null;
    this.#unread = bytes.subarray(bodyAt + bodyLength);
    const replyTo = replySerial(bytes, headerLength + fieldsLength);
    return { type: bytes[1] ?? 0, replyTo, body: bytes.subarray(bodyAt, bodyAt + bodyLength) };
  }
}

interface Incoming {
  readonly type: number;
  /** Serial of the call; 0 where it answers none. */
  readonly replyTo: number;
  readonly body: Buffer;
}

const littleEndian = 0x6c;
const methodReturn = 2;
/** Up to the header's fields, whose length is its last number. */
const headerLength = 16;

const aligned = (at: number, to: number): number => Math.ceil(at / to) * to;

/** The header field REPLY_SERIAL. */
function replySerial(bytes: Buffer, end: number): number {
  for (let at = headerLength; at < end; ) {
    const [code, type] = [bytes[at], String.fromCharCode(bytes[at + 2] ?? 0)];
    // Code, and a signature of one letter with its length and its end.
    const value = at + 4;
    if (type === "u") {
      if (code === 5) return bytes.readUInt32LE(value);
      at = value + 4;
    } else if (type === "g") at = value + 1 + (bytes[value] ?? 0) + 1;
    else if (type === "s" || type === "o") at = value + 4 + bytes.readUInt32LE(value) + 1;
    else break;
    at = aligned(at, 8);
  }
  return 0;
}

/** The bytes of a method call, one in each character: joining texts is what Node does fastest. */
function message(serial: number, call: BriefCall): string {
  let body = "";
  for (const value of call.body) {
    body = padded(body, 4);
    body += typeof value === "string" ? text(value) : texts(value);
  }
  let fields = `\x01\x01o\0${text(call.path)}`;
  fields = `${padded(fields, 8)}\x02\x01s\0${text(call.interface)}`;
  fields = `${padded(fields, 8)}\x03\x01s\0${text(call.member)}`;
  fields = `${padded(fields, 8)}\x08\x01g\0${String.fromCharCode(call.signature.length)}${call.signature}\0`;
  return `${padded(`l\x01\0\x01${number(body.length)}${number(serial)}${number(fields.length)}${fields}`, 8)}${body}`;
}

const number = (value: number): string =>
  String.fromCharCode(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);

const padded = (bytes: string, to: number): string => bytes + "\0".repeat(aligned(bytes.length, to) - bytes.length);

/** Begins where a number may. */
function text(value: string): string {
  const bytes = Buffer.from(value).toString("latin1");
  return `${number(bytes.length)}${bytes}\0`;
}

/** A list, likewise. */
function texts(values: readonly string[]): string {
  let bytes = "";
  for (const value of values) bytes = padded(bytes, 4) + text(value);
  return number(bytes.length) + bytes;
}

/** Reads texts that follow each other, as in a row of a list. */
export class TextReader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  number(): number {
    const at = aligned(this.at, 4);
    this.at = at + 4;
    return this.#bytes.readUInt32LE(at);
  }

  text(): string {
    const size = this.number();
    const begin = this.at;
    this.at = begin + size + 1;
    return this.#bytes.toString("utf8", begin, begin + size);
  }

  align(to: number): void {
    this.at = aligned(this.at, to);
  }
}

/** A stream of chunks, read in the amounts that a format asks for. Pure. */

export type Chunks = AsyncIterable<Uint8Array>;

/** The stream ended where a format promises more. */
export class Truncated extends Error {
  override readonly name = "Truncated";
}

export class Bytes {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(chunks: Chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** How many bytes came and were not taken yet. */
  get held(): number {
    return this.#held.length;
  }

  /** The next `length` bytes without taking them; fewer at the end. */
  async peek(length: number): Promise<Buffer> {
    while (this.#held.length < length && (await this.#more()));
    return this.#held.subarray(0, length);
  }

  /** @throws Truncated */
  async take(length: number): Promise<Buffer> {
    if ((await this.peek(length)).length < length) throw new Truncated();
    return this.#cut(length);
  }

  /** The next `length` bytes as they come. @throws Truncated */
  async *takeChunks(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.#held.length === 0 && !(await this.#more())) throw new Truncated();
      const chunk = this.#cut(Math.min(left, this.#held.length));
      left -= chunk.length;
      yield chunk;
    }
  }

  /** Everything that is left. */
  async *rest(): AsyncGenerator<Buffer> {
    do {
      if (this.#held.length > 0) yield this.#cut(this.#held.length);
    } while (await this.#more());
  }

  /** Gives up the stream: what makes it is ended. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #cut(length: number): Buffer {
    const part = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return part;
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done) return false;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    return true;
  }
}

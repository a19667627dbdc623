/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** The stream has ended: what stands after the last line break is a line too. */
  end(): void;
}

/** A chunk may end in the middle of a line, and of a character: bytes are kept until their line is whole. */
export function completeLines(onLine: (line: string) => void): LineSplitter {
  let rest: Uint8Array[] = [];
  const flush = (last: Uint8Array) => {
    const line = Buffer.concat([...rest, last]).toString("utf8");
    rest = [];
    onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  };
  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
        flush(chunk.subarray(from, at));
        from = at + 1;
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    },
    end() {
      if (rest.length > 0) flush(new Uint8Array());
    },
  };
}

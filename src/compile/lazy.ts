/** A generation whose content is made when somebody first looks at it. */
import { createHash } from "node:crypto";
import { deepFreeze } from "./freeze.ts";
import type { Content, Generation } from "./generation.ts";

/**
 * `check` looks at nothing in it, and the texts for 1000 containers take longer than all else.
 * @param make pure; throws for no configuration: what people do wrong was found before
 */
export function lazyGeneration(make: () => Content): Generation {
  const content = once(() => deepFreeze(make()));
  const id = once(() => idOf(content()));
  return Object.freeze({
    format: 1,
    get id() {
      return id();
    },
    get units() {
      return content().units;
    },
    get unitLinks() {
      return content().unitLinks;
    },
    get files() {
      return content().files;
    },
    get hosts() {
      return content().hosts;
    },
    get ports() {
      return content().ports;
    },
    get containers() {
      return content().containers;
    },
    get systems() {
      return content().systems;
    },
  });
}

/**
 * Not canonicalJson: every object here is made in one order, and sorting all keys again costs as much as all else. The
 * texts of files stand as they are behind a list that has their lengths, so that none runs into another. In pieces:
 * one text of many megabytes is memory that no cache holds.
 */
function idOf({ units, files, ...others }: Content): string {
  const digest = createHash("sha256").update(JSON.stringify(others));
  for (const some of pieces(Object.values(units))) digest.update(JSON.stringify(some));
  for (const some of pieces(Object.entries(files))) {
    const heads: unknown[] = [];
    let texts = "";
    for (const [path, { text, mode }] of some) {
      heads.push(path, mode, text.length);
      texts += text;
    }
    digest.update(JSON.stringify(heads)).update(texts);
  }
  return digest.digest("hex").slice(0, 32);
}

function* pieces<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += 100) yield all.slice(at, at + 100);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

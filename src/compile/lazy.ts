/** A generation whose content is made when somebody first looks at it. */
import { hash } from "node:crypto";
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
 * texts of files, the larger part, stand behind it as they are, with their lengths, so that none runs into another.
 */
function idOf({ files, ...others }: Content): string {
  const heads: unknown[] = [others];
  let texts = "";
  for (const path in files) {
    const { text, mode } = files[path]!;
    heads.push(path, mode, text.length);
    texts += text;
  }
  return hash("sha256", `${JSON.stringify(heads)}\n${texts}`).slice(0, 32);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

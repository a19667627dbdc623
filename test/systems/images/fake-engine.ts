/** An engine in memory, and a registry: what it is asked for is written down. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StowageError } from "../../../src/error.ts";
import type { Layout } from "../../../src/store/layout.ts";
import type { EngineImages, HeldImage } from "../../../src/systems/images/engine.ts";
import { fullName, parseReference } from "../../../src/systems/images/reference.ts";
import { imageStores } from "../../../src/systems/images/stores.ts";
import { filesIn, sha256 } from "./archives.ts";

type Held = { id: string; names: string[]; digests: string[]; pulledAs: string[] };

export const idOf = (text: string): string => `sha256:${sha256(text)}`;

export class Lab {
  readonly layout: Layout;
  /** By full name: what the registry has, a text that stands for the image. */
  readonly registry = new Map<string, string>();
  /** Texts by their manifest's digest, which the registry keeps. */
  readonly manifests = new Map<string, string>();
  held: Held[] = [];
  /** Names of images that a container has. */
  readonly used = new Set<string>();
  readonly asked: string[] = [];
  password = "right";
  isReachable = true;
  /** It says that it has loaded or pulled something, and has nothing. */
  isForgetful = false;
  readonly stores = imageStores(
    async (_, argv) => argv,
    (key) => this.#engine(key),
  );
  /** New in each run of the command. */
  freshStores = () =>
    imageStores(
      async (_, argv) => argv,
      (key) => this.#engine(key),
    );

  constructor() {
    const directory = mkdtempSync(join(tmpdir(), "stowage-images-"));
    const under = (name: string) => join(directory, name);
    this.layout = {
      state: under("state"),
      etc: under("etc"),
      run: under("run"),
      units: under("units"),
      cache: under("cache"),
    };
  }

  get lockFile(): string {
    return join(this.layout.state, "..", "stowage.lock");
  }

  publish(name: string, text: string): string {
    const digest = idOf(`manifest of ${text}`);
    this.registry.set(fullName(name), text);
    this.manifests.set(digest, text);
    return `${parseReference(name).repository}@${digest}`;
  }

  /** Somebody else's doing. */
  load(name: string, text: string): void {
    this.#named(fullName(name), this.#add(text, []));
  }

  names(): string[] {
    return this.held.flatMap(({ names }) => names).sort();
  }

  #add(text: string, digests: readonly string[]): Held {
    const known = this.held.find(({ id }) => id === idOf(text));
    const image = known ?? { id: idOf(text), names: [], digests: [], pulledAs: [] };
    if (known === undefined) this.held.push(image);
    image.digests.push(...digests.filter((one) => !image.digests.includes(one)));
    return image;
  }

  #named(name: string, image: Held): void {
    for (const one of this.held) one.names = one.names.filter((other) => other !== name);
    image.names.push(name);
  }

  #engine(key: EngineImages["key"]): EngineImages {
    return {
      key,
      list: async (): Promise<HeldImage[]> => structuredClone(this.held),
      pull: async (reference) => this.#pull(reference),
      login: async (registry, username, password) => {
        this.asked.push(`login ${username} ${registry}`);
        return { refused: password === this.password ? null : "unauthorized" };
      },
      load: async (archive) => {
        const parts: Uint8Array[] = [];
        for await (const part of archive) parts.push(part);
        const files = await filesIn(Buffer.concat(parts));
        const [said] = JSON.parse(files["manifest.json"] ?? "");
        this.asked.push(`load ${said.RepoTags}`);
        if (this.isForgetful) return;
        this.#named(said.RepoTags[0], this.#add(files[said.Config] ?? "", []));
      },
      tag: async (id, name) => {
        const image = this.held.find((one) => one.id === id);
        if (image === undefined) throw new Error(`no image ${id}`);
        this.#named(name, image);
      },
      remove: async (name) => this.#remove(name),
    };
  }

  #pull(reference: string): void {
    this.asked.push(`pull ${reference}`);
    const { repository, digest } = parseReference(reference);
    const text = digest === null ? this.registry.get(fullName(reference)) : this.manifests.get(digest);
    if (!this.isReachable || text === undefined)
      throw new StowageError({ code: "command-failed", message: "it failed", details: ["$ pull", "no route"] });
    const image = this.#add(text, [`${repository}@${idOf(`manifest of ${text}`)}`]);
    if (digest === null) this.#named(fullName(reference), image);
    else image.pulledAs.push(fullName(reference));
  }

  #remove(name: string): { refused: string | null } {
    const image = this.held.find(({ names, pulledAs }) => [...names, ...pulledAs].includes(name));
    if (image === undefined) return { refused: "no such image" };
    if (image.names.length + image.pulledAs.length === 1 && this.used.has(image.id)) return { refused: "in use" };
    image.names = image.names.filter((one) => one !== name);
    image.pulledAs = image.pulledAs.filter((one) => one !== name);
    if (image.names.length + image.pulledAs.length === 0) this.held = this.held.filter((one) => one !== image);
    return { refused: null };
  }
}

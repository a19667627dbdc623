/** What an engine does with images, by its command. Facts: podman-image(1), podman-load(1), docker-image(1), docker-load(1). */
import { enginePackages } from "../../host/engine-programs.ts";
import { type AsUser, commandOf } from "../../host/engines.ts";
import { pipe, type RunOptions, run } from "../../host/run.ts";
import type { ImageStoreKey } from "./recipe.ts";
import { fullName, isImageId, parseReference } from "./reference.ts";

/** An image that an engine has. */
export interface HeldImage {
  /** `sha256:…` */
  readonly id: string;
  /** `docker.io/library/nginx:1.27` */
  readonly names: readonly string[];
  /** `docker.io/library/nginx@sha256:…`, as a registry knows it */
  readonly digests: readonly string[];
  /** Names by digest that a pull has given it, and that keep it; where the engine has such. */
  readonly pulledAs?: readonly string[];
  /** Which of the digests is of this image alone, and not of a list of architectures; where the engine says it. */
  readonly ownDigest?: string;
}

/** Where credentials are while something is fetched. */
export interface Credentials {
  /** A directory that the engine may read. */
  readonly directory: string;
}

export interface EngineImages {
  readonly key: ImageStoreKey;
  list(): Promise<HeldImage[]>;
  /** @throws StowageError `command-failed` with what the engine said */
  pull(reference: string, credentials: Credentials | null, onLine: (line: string) => void): Promise<void>;
  /** @param password is written to its standard input */
  login(
    registry: string,
    username: string,
    password: string,
    credentials: Credentials,
  ): Promise<{ readonly refused: string | null }>;
  /** Loads an archive; one that ends before its time loads nothing. */
  load(archive: AsyncIterable<Uint8Array>): Promise<void>;
  tag(id: string, name: string): Promise<void>;
  /**
   * Takes a name away, and the image with its last one.
   * @returns why the engine refuses, as a container has it
   */
  remove(name: string): Promise<{ readonly refused: string | null }>;
}

export function engineImages(key: ImageStoreKey, asUser: AsUser): EngineImages {
  const { engine } = key;
  // Not where the caller is, where its user may not be.
  const options = { package: enginePackages[engine].debian, cwd: "/" } satisfies RunOptions;
  const command = (...args: string[]) => commandOf(key, args, asUser);
  const call = async (args: readonly string[], more: RunOptions = {}) =>
    run(await command(...args), { ...options, ...more });
  const credentialsOf = engine === "podman" ? podmanCredentials : dockerCredentials;
  return {
    key,
    list: async () => (engine === "podman" ? podmanImages(call) : dockerImages(call)),
    async pull(reference, credentials, onLine) {
      const { before, after } = credentialsOf(credentials);
      await call([...before, "pull", ...after, "--", reference], { onLine, endsWithUs: true });
    },
    async login(registry, username, password, credentials) {
      const { before, after } = credentialsOf(credentials);
      const account = [`--username=${username}`, "--password-stdin"];
      const { status, stderr } = await call([...before, "login", ...after, ...account, "--", registry], {
        input: password,
        accept: "any",
        endsWithUs: true,
      });
      return { refused: status === 0 ? null : lastLine(stderr) };
    },
    load: async (archive) => loaded(await command("load"), archive),
    tag: async (id, name) => void (await call(["tag", "--", id.replace(/^sha256:/, ""), name])),
    async remove(name) {
      const { status, stderr } = await call(["rmi", "--", name], { accept: "any" });
      return { refused: status === 0 ? null : lastLine(stderr) };
    },
  };
}

type Call = (args: readonly string[]) => Promise<{ readonly stdout: string }>;

function podmanCredentials(credentials: Credentials | null) {
  return { before: [], after: credentials === null ? [] : [`--authfile=${credentials.directory}/auth.json`] };
}

function dockerCredentials(credentials: Credentials | null) {
  return { before: credentials === null ? [] : [`--config=${credentials.directory}`], after: [] };
}

async function podmanImages(call: Call): Promise<HeldImage[]> {
  const { stdout } = await call(["image", "ls", "--all", "--format", "json"]);
  const rows = JSON.parse(stdout || "[]") as readonly PodmanRow[] | null;
  return (rows ?? []).map(({ Id, Names, RepoDigests, Digest }) => {
    const pulledAs = (Names ?? []).filter((name) => name.includes("@"));
    return {
      id: `sha256:${Id}`,
      names: (Names ?? []).filter((name) => !name.includes("@")),
      digests: [...new Set([...(RepoDigests ?? []), ...pulledAs])].sort(),
      pulledAs,
      ...(Digest && { ownDigest: Digest }),
    };
  });
}

interface PodmanRow {
  readonly Id: string;
  readonly Names?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Digest?: string;
}

/** A row for each name, and for each digest. */
async function dockerImages(call: Call): Promise<HeldImage[]> {
  const { stdout } = await call(["image", "ls", "--all", "--no-trunc", "--digests", "--format", "{{json .}}"]);
  const images = new Map<string, { names: Set<string>; digests: Set<string> }>();
  for (const line of stdout.split("\n").filter((one) => one !== "")) {
    const { ID, Repository, Tag, Digest } = JSON.parse(line) as Readonly<Record<string, string>>;
    if (ID === undefined || !isImageId(ID)) continue;
    const image = images.get(ID) ?? { names: new Set(), digests: new Set() };
    images.set(ID, image);
    if (isSaid(Repository) && isSaid(Tag)) image.names.add(fullName(`${Repository}:${Tag}`));
    if (isSaid(Repository) && isSaid(Digest)) image.digests.add(`${parseReference(Repository).repository}@${Digest}`);
  }
  return [...images].map(([id, { names, digests }]) => ({ id, names: [...names], digests: [...digests].sort() }));
}

const isSaid = (text: string | undefined): text is string => text !== undefined && text !== "" && text !== "<none>";

/** Milliseconds that a load has to end by itself. */
const patience = 5000;

/** What is written to it ends with it; what fails while it is made ends it. */
async function loaded(argv: readonly string[], archive: AsyncIterable<Uint8Array>): Promise<void> {
  const abort = new AbortController();
  const { stdin, stdout, ended } = pipe(["setpriv", "--pdeathsig", "KILL", "--", ...argv], { signal: abort.signal });
  stdout.resume();
  let isOver = false;
  const over = ended
    .catch(() => undefined)
    .then(() => {
      isOver = true;
    });
  try {
    for await (const chunk of archive) {
      // It has failed: nobody reads any more, but what is wrong with the archive, or with its maker, is still to be told.
      if (!isOver && !stdin.write(chunk))
        await Promise.race([new Promise((resume) => stdin.once("drain", resume)), over]);
    }
  } catch (error) {
    // Half an archive is refused, and podman removes its copy in /var/tmp, which it leaves where it is when it is ended.
    stdin.end();
    const timer = setTimeout(() => abort.abort(), patience);
    await over;
    clearTimeout(timer);
    throw error;
  }
  stdin.end();
  await ended;
}

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1)?.trim() ?? "";

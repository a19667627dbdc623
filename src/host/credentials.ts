/**
 * Credentials of units that run, beside what they were read from. They are compared where they are: what is found is
 * neither kept nor told, not even as a hash. Facts: systemd.exec(5) "CREDENTIALS", systemd-creds(1).
 */
import { execFile } from "node:child_process";
// Not node:fs/promises, which takes 5 ms to load also where there is no secret: this is loaded when it is used.
import { promises } from "node:fs";

export interface CredentialSource {
  /** The unit's name for it. */
  readonly credential: string;
  /** A path, or the name of a credential of the host's. */
  readonly source: string;
  readonly encrypted: boolean;
}

/**
 * - `missing`: the next start of the unit would fail.
 * - `rotated`: what the unit has is not what it would get.
 * - `same`: as far as can be seen: a socket gives what it gives.
 */
export type CredentialState = "missing" | "rotated" | "same";

/** @param directory of the running unit's credentials; null: it does not run */
export async function credentialState(one: CredentialSource, directory: string | null): Promise<CredentialState> {
  const found = await sourceOf(one);
  if (found === null) return "missing";
  if (!found.isFile || directory === null) return "same";
  const [had, has] = await Promise.all([contentOf(`${directory}/${one.credential}`), valueAt(one, found.path)]);
  return had !== null && has !== null && !had.equals(has) ? "rotated" : "same";
}

/** As systemd looks for one that is no path. */
const stores = ["/etc", "/run", "/usr/local/lib", "/usr/lib"];

async function sourceOf({ source, encrypted }: CredentialSource) {
  const paths = source.startsWith("/") ? [source] : placesOf(source, encrypted);
  for (const path of paths) {
    const found = await promises.stat(path).catch(() => null);
    if (found?.isFile() || found?.isSocket()) return { path, isFile: found.isFile() };
  }
  return null;
}

const placesOf = (name: string, encrypted: boolean): string[] => [
  ...(encrypted ? [`/run/credentials/@encrypted/${name}`] : []),
  ...(encrypted ? stores.map((store) => `${store}/credstore.encrypted/${name}`) : []),
  `/run/credentials/@system/${name}`,
  ...stores.map((store) => `${store}/credstore/${name}`),
];

const contentOf = (path: string): Promise<Buffer | null> => promises.readFile(path).catch(() => null);

/** What systemd would give; null where it could not. */
async function valueAt({ credential, encrypted }: CredentialSource, path: string): Promise<Buffer | null> {
  if (!encrypted) return contentOf(path);
  return new Promise((found) => {
    execFile(
      "/usr/bin/systemd-creds",
      ["decrypt", `--name=${credential}`, "--", path, "-"],
      { encoding: "buffer", maxBuffer: 4 * 1024 * 1024 },
      (error, stdout) => found(error === null ? stdout : null),
    );
  });
}

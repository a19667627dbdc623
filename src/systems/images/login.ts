/** Credentials for a registry, for as long as something is fetched: in no unit, no argument, and on no disk. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, unlinkSync } from "node:fs";
import { type Problem, StowageError } from "../../error.ts";
import { run } from "../../host/run.ts";
import type { Layout } from "../../store/layout.ts";
import { makeAll } from "../../store/make-all.ts";
import type { Credentials } from "./engine.ts";
import type { RegistryLogin } from "./recipe.ts";
import type { ImageStore } from "./stores.ts";

/** Told by its code: with the image there already, one goes on without. */
export const loginFailed = "login-failed";

/**
 * @param login null: whatever the engine has itself
 * @throws StowageError `login-failed`, or what `work` throws
 */
export async function loggedIn<T>(
  layout: Layout,
  { engine }: ImageStore,
  login: RegistryLogin | null,
  work: (credentials: Credentials | null) => Promise<T>,
): Promise<T> {
  if (login === null) return work(null);
  const password = readPassword(login);
  const directory = await ownDirectory(layout, engine.key.user);
  const remove = () => removeFlat(directory);
  // An interrupted command ends by exit, without coming back here.
  process.on("exit", remove);
  try {
    const { refused } = await engine.login(login.registry, login.username, password, { directory });
    if (refused !== null)
      throw failed(login, `${login.registry} does not let ${login.username} in`, { details: [refused] });
    return await work({ directory });
  } finally {
    process.off("exit", remove);
    remove();
  }
}

function readPassword(login: RegistryLogin): string {
  try {
    // As engines read it: without the line break at its end.
    return readFileSync(login.passwordFile, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === "ENOENT" ? "there is no such file" : code;
    throw failed(login, `the password for ${login.registry} cannot be read`, {
      details: [`login.passwordFile is ${login.passwordFile}: ${why}`],
    });
  }
}

const failed = ({ passwordFile, username }: RegistryLogin, message: string, more: Partial<Problem>) =>
  new StowageError({
    code: loginFailed,
    message,
    hint: `is what ${passwordFile} holds the password of ${username}?`,
    ...more,
  });

/** In memory, for its user alone. What a run left that was killed goes first. */
async function ownDirectory({ run: runtime }: Layout, user: string): Promise<string> {
  const all = `${runtime}/logins`;
  // Others may pass through, but see nothing of it.
  makeAll(runtime, 0o755);
  makeAll(all, 0o711);
  // Whatever the umask is.
  chmodSync(all, 0o711);
  for (const name of existsSync(all) ? readdirSync(all) : []) {
    if (!isAlive(Number(name.split("-")[0]))) removeFlat(`${all}/${name}`);
  }
  const directory = mkdtempSync(`${all}/${process.pid}-`);
  if (user !== "root") await run(["chown", "--", user, directory], { package: "coreutils" });
  return directory;
}

/**
 * A directory of files, and they alone: it is a user's, who could put a link in the place of a directory while root walks
 * through it. What does not go stays, in memory, for the next one to try.
 */
function removeFlat(directory: string): void {
  for (const name of attempt(() => readdirSync(directory)) ?? []) attempt(() => unlinkSync(`${directory}/${name}`));
  attempt(() => rmdirSync(directory));
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return null;
  }
}

function isAlive(pid: number): boolean {
  return Number.isSafeInteger(pid) && pid > 0 && existsSync(`/proc/${pid}`);
}

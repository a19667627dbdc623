/** Commands of podman for another user than root. */
import { setTimeout } from "node:timers/promises";
import { StowageError } from "../error.ts";
import type { AsUser } from "../host/engines.ts";
import { run } from "../host/run.ts";
import { asOwner, keepRuntimeDirectory } from "../runtimes/oci/index.ts";

/** @throws StowageError `unknown-user` */
export const asUser: AsUser = async (user, argv, terminal) => {
  const { stdout } = await run(["getent", "passwd", "--", user], { accept: "any", package: "libc-bin" });
  const [, , uid = "", , , home = ""] = stdout.trimEnd().split(":");
  if (!/^\d+$/.test(uid)) {
    throw new StowageError({
      code: "unknown-user",
      message: `there is no user ${user} on this host`,
      hint: "a container that is to run under it needs it: make it, then switch again",
    });
  }
  await keepDirectory(Number(uid));
  // systemd-run replaces variables in arguments; `$$` is a `$`.
  const literal = argv.map((argument) => argument.replaceAll("$", "$$$$"));
  const command = asOwner({ kind: "user", name: user, uid: Number(uid), home }, literal);
  return terminal ? command.with(command.indexOf("--pipe"), "--pty") : command;
};

/** That it is kept already is well; only that it is just being ended has to be waited for. */
async function keepDirectory(uid: number): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const { stderr } = await run(keepRuntimeDirectory(uid), { accept: "any", package: "systemd" });
    if (!stderr.includes("destructive")) return;
    await setTimeout(100);
  }
}

/** stowage login NAME: the container's own prompt for a name and a password. */
import { constants } from "node:os";
import { StowageError } from "../../error.ts";
import { interruptible } from "../../host/interruptible.ts";
import { leaderOf } from "../../host/machined.ts";
import { attach } from "../../host/run.ts";
import { containerNamed } from "../enter.ts";
import { notRunning } from "../names.ts";
import { requireRoot, type Session, type SharedFlags } from "../session.ts";

export default async function login(session: Session, _flags: SharedFlags, name: string): Promise<number> {
  requireRoot(session, "login");
  const container = containerNamed(session, name);
  if (container.kind === "oci") throw noLogin(name);
  if ((await leaderOf(name)) === null) throw notRunning(name);
  const asked = new AbortController();
  const { result, interrupted } = await interruptible(
    async () => asked.abort(),
    () => attach(["machinectl", "--quiet", "login", name], { package: "systemd-container", signal: asked.signal }),
  );
  return interrupted === null ? result.status : 128 + constants.signals[interrupted];
}

const noLogin = (name: string): StowageError =>
  new StowageError({
    code: "no-login",
    message: `container ${name} is an OCI container, in which nothing asks who logs in`,
    hint: `stowage shell ${name}`,
  });

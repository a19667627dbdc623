/** stowage login NAME: the container's own prompt for a name and a password. */
import { StowageError } from "../../error.ts";
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
  return attach(["machinectl", "--quiet", "login", name], { package: "systemd-container" });
}

const noLogin = (name: string): StowageError =>
  new StowageError({
    code: "no-login",
    message: `container ${name} is an OCI container, in which nothing asks who logs in`,
    hint: `stowage shell ${name}`,
  });

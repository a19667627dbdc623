/** stowage shell NAME: a login shell of root's; without a terminal it takes its lines from standard input. */
import { containerNamed, enter } from "../enter.ts";
import { requireRoot, type Session } from "../session.ts";
import type { ShellFlags } from "../verbs/inside.ts";

export default async function shell(session: Session, flags: ShellFlags, name: string): Promise<number> {
  requireRoot(session, "shell");
  const container = containerNamed(session, name);
  const user = flags.user === undefined ? {} : { user: flags.user };
  if (container.kind === "oci") return enter(session, container, ["/bin/sh"], { user: "0", ...user });
  return enter(session, container, loginShell, user);
}

/** The user's own, which systemd has looked up, in the user's home: not every user has one, and systemd would refuse those. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's
export const loginShell = ["/bin/sh", "-c", 'cd "${HOME:-/}" 2>/dev/null || cd /; exec "${SHELL:-/bin/sh}" -l'];

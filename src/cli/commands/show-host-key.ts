/** stowage show-host-key NAME: the public key that its SSH server shows, for known_hosts. As nixos-container prints it. */
import type { ContainerPart } from "../../compile/generation.ts";
import { StowageError } from "../../error.ts";
import { readContained } from "../../host/contained.ts";
import { containerDir } from "../../store/layout.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { findContainers } from "../names.ts";
import { payloadsOf } from "../payload.ts";
import { requireRoot, type Session, type SharedFlags } from "../session.ts";

/** The strongest first, as ssh asks for them. */
const types = ["ed25519", "ecdsa", "rsa"] as const;
/** Bytes: those of 16384 bits have half of it. */
const longest = 8192;

/** Exit code 1 where it has none. */
export default async function showHostKey(
  session: Session,
  flags: SharedFlags & JsonFlag,
  name: string,
): Promise<number> {
  requireRoot(session, "show-host-key");
  const [container] = findContainers(currentOf(session), [name]);
  const root = await rootOf(session, container!);
  const found = root === null ? null : keyBelow(root);
  if (found === null) throw noKey(name, root === null);
  session.print(flags.json ? `${JSON.stringify({ name, ...found }, null, 2)}\n` : `${found.line}\n`);
  return exitCodes.done;
}

/** What it sees itself while it runs; else what it has left. null: nothing is left of such a container. */
async function rootOf(session: Session, container: ContainerPart): Promise<string | null> {
  const payload = (await payloadsOf(session, [container])).get(container.name);
  if (payload !== undefined) return `/proc/${payload.pid}/root`;
  return container.kind === "oci" || container.ephemeral
    ? null
    : `${containerDir(session.layout, container.name)}/root`;
}

function keyBelow(root: string) {
  for (const type of types) {
    const line = keyLine(readContained(root, ["etc", "ssh", `ssh_host_${type}_key.pub`], longest) ?? "");
    if (line !== null) return { type, line };
  }
  return null;
}

/** The container wrote it: only what is a key, and has nothing that a terminal would obey. */
export function keyLine(text: string): string | null {
  const [line = ""] = text.split("\n");
  return /^(?:ssh-[a-z0-9-]+|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/]+={0,3}(?: [ -~]*)?$/.test(line) ? line : null;
}

const noKey = (name: string, isUnseen: boolean): StowageError =>
  new StowageError({
    code: "no-host-key",
    message: `container ${name} has no SSH host key`,
    ...(isUnseen
      ? { hint: `it keeps nothing while it is down: stowage start ${name}` }
      : { details: [`there is no /etc/ssh/ssh_host_{${types.join(",")}}_key.pub in it: is an SSH server installed?`] }),
  });

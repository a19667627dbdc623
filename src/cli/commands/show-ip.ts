/** stowage show-ip NAME: the container's address alone, for scripts. As nixos-container prints it. */
import { StowageError } from "../../error.ts";
import { inspect } from "../../host/engines.ts";
import { asUser } from "../as-user.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { findContainers } from "../names.ts";
import type { Session, SharedFlags } from "../session.ts";

/** The first declared one: IPv4, else IPv6, without a prefix length. Of an OCI container without one: that its engine gave it. */
export default async function showIp(session: Session, flags: SharedFlags & JsonFlag, name: string): Promise<number> {
  const [container] = findContainers(currentOf(session), [name]);
  const given = container?.oci && container.addresses.length === 0 ? await inspect(container.oci, name, asUser) : null;
  const [address] = given?.addresses ?? container?.addresses ?? [];
  if (address === undefined) {
    if (container?.oci) throw noAddress(name, given === null ? "is not there" : "has no network of its own");
    throw new StowageError({
      code: "no-address",
      message: `container ${name} has no declared address`,
      hint: `ask the container: stowage run ${name} -- ip address`,
    });
  }
  session.print(flags.json ? `${JSON.stringify({ name, address }, null, 2)}\n` : `${address}\n`);
  return exitCodes.done;
}

const noAddress = (name: string, why: string): StowageError =>
  new StowageError({
    code: "no-address",
    message: `container ${name} has no declared address, and none of its engine's: it ${why}`,
    hint: `its network and ports: stowage status ${name}`,
  });

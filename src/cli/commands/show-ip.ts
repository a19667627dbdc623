/** stowage show-ip NAME: the container's address alone, for scripts. As nixos-container prints it. */
import { StowageError } from "../../error.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import { findContainers } from "../names.ts";
import type { Session, SharedFlags } from "../session.ts";

/** The first declared one: IPv4, else IPv6, without a prefix length. */
export default async function showIp(session: Session, _flags: SharedFlags, name: string): Promise<number> {
  const [address] = findContainers(currentOf(session), [name]).flatMap((container) => container.addresses);
  if (address === undefined) {
    throw new StowageError({
      code: "no-address",
      message: `container ${name} has no declared address`,
      hint: `ask the container: stowage run ${name} -- ip address`,
    });
  }
  session.print(`${address}\n`);
  return exitCodes.done;
}

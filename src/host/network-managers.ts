/** Network managers, told to read their files anew. Facts: networkctl(1), nmcli(1). */
import { type RunOptions, type RunResult, run } from "./run.ts";

const commands = {
  "systemd-networkd.service": ["networkctl", "reload"],
  // Not the connections, which `nmcli connection reload` would read: only which devices are left alone.
  "NetworkManager.service": ["nmcli", "general", "reload", "conf"],
} as const;

type Run = (argv: readonly string[], options?: RunOptions) => Promise<RunResult>;

/** @throws StowageError when it does not answer */
export async function reloadNetworkManager(manager: keyof typeof commands, program: Run = run): Promise<void> {
  await program(commands[manager]);
}

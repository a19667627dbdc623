/** A case's input as a configuration of ours: the names are the same. */
import type { Input } from "./case.ts";

/**
 * Of what a case says of its host, `boot.enableContainers` is what we have a word for. Options of NixOS in a container's
 * `config` are left out: what is measured is what becomes of the container that has one.
 */
export function translate({ containers, host = {} }: Input, whole = false): Record<string, unknown> {
  const { enableContainers } = (host.boot ?? {}) as { enableContainers?: boolean };
  const ours = Object.entries(containers ?? {}).map(([name, one]) => [
    name,
    "config" in one && !whole ? { ...one, config: {} } : one,
  ]);
  return {
    ...(containers !== undefined && { containers: Object.fromEntries(ours) }),
    ...(enableContainers !== undefined && { boot: { enableContainers } }),
  };
}

/** The network of a process, as the kernel tells of it. Facts: proc_pid_net(5), network_namespaces(7). */
import { readlinkSync } from "node:fs";
import { readProc } from "./processes.ts";

export interface Listener {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

/** On which ports somebody in its network listens; null where it has ended. */
export function listenersOf(pid: number): Listener[] | null {
  const tables = (["tcp", "tcp6", "udp", "udp6"] as const).map(
    (name) => [name, readProc(`${pid}/net/${name}`)] as const,
  );
  // Without IPv6 half of them are missing.
  if (tables.every(([, text]) => text === null)) return null;
  return tables.flatMap(([name, text]) => parseListeners(name.startsWith("tcp") ? "tcp" : "udp", text ?? ""));
}

/** States of sockets: of TCP one that listens, of UDP one that has no other side. */
const listening = { tcp: "0A", udp: "07" } as const;

/** @param text of /proc/net/tcp and the like: the local address is the second word, the state the fourth */
export function parseListeners(protocol: Listener["protocol"], text: string): Listener[] {
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const port = Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16);
    return state === listening[protocol] && port > 0 ? [{ protocol, port }] : [];
  });
}

/** Bytes that came in and went out since its interfaces were made; null where its network is our own, or it has ended. */
export function trafficOf(pid: number): { readonly received: number; readonly sent: number } | null {
  const [own, its] = [namespaceOf("self"), namespaceOf(`${pid}`)];
  const text = its === null || its === own ? null : readProc(`${pid}/net/dev`);
  return text === null ? null : parseTraffic(text);
}

/** @param text of /proc/net/dev. The loopback interface is left out. */
export function parseTraffic(text: string): { received: number; sent: number } {
  const sum = { received: 0, sent: 0 };
  for (const [, name, numbers = ""] of text.matchAll(/^\s*([^\s:]+):(.*)$/gm)) {
    const fields = numbers.trim().split(/\s+/).map(Number);
    if (name === "lo") continue;
    sum.received += fields[0] ?? 0;
    sum.sent += fields[8] ?? 0;
  }
  return sum;
}

function namespaceOf(process: string): string | null {
  try {
    return readlinkSync(`/proc/${process}/ns/net`);
  } catch {
    return null;
  }
}

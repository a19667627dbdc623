/** A start that lasts until it is let go: to look at a switch that is under way, and to end it there. */
import { expect } from "vitest";
import { eventually, type Machine } from "../harness.ts";

export const isolated = "\n      autoStart: true,\n      privateNetwork: true,\n      config: {},";

const closed = "/run/gate-is-closed";

/** An administrator's drop-in: containers wait before they start and after they stop while the gate is closed. */
export async function withGate(host: Machine): Promise<void> {
  const wait = `/bin/sh -c 'while test -e ${closed}; do sleep 0.05; done'`;
  const text = `[Service]\nExecStartPre=${wait}\nExecStopPost=${wait}\n`;
  await host.put("/etc/systemd/system/container@.service.d/gate.conf", text);
  for (const name of ["web", "other"])
    await host.put(`/etc/systemd/system/container@${name}.service.d/gate.conf`, text);
  await host.must(["systemctl", "daemon-reload"]);
}

export const closeGate = (host: Machine): Promise<string> => host.must(["touch", closed]);
export const openGate = (host: Machine): Promise<string> => host.must(["rm", "-f", closed]);

/** Begins a command that outlives this call; its output goes to FILE.out and FILE.err, its exit code to FILE.code. */
export async function beginInBackground(host: Machine, file: string, command: string): Promise<void> {
  const script = `${command} >"$0.out" 2>"$0.err"; echo $? >"$0.code"`;
  await host.must(["sh", "-c", 'rm -f "$0".*; setsid sh -c "$1" "$0" </dev/null >/dev/null 2>&1 &', file, script]);
}

/** The exit code of such a command, once it has ended. */
export const codeOf = (host: Machine, file: string): Promise<number> =>
  eventually(async () => Number(await host.must(["cat", `${file}.code`])), 120_000);

/** Process ids and units of the changes that are under way in scopes of their own. */
export const scopes = async (host: Machine): Promise<string[]> => {
  const list = ["systemctl", "list-units", "--plain", "--no-legend", "stowage-*.scope"];
  return (await host.must(list)).split("\n").flatMap((line) => line.split(" ")[0] || []);
};

/** Waits until a change is held by the gate. @returns its process id */
export async function heldAtGate(host: Machine, unit = "container@web.service"): Promise<number> {
  await eventually(async () => {
    expect(await scopes(host)).toHaveLength(1);
    expect(await host.property(unit, "ActiveState")).toMatch(/^(de)?activating$/);
  }, 60_000);
  return Number(/-(\d+)\.scope$/.exec((await scopes(host))[0] ?? "")?.[1]);
}

/** What the machine's log has of us. */
export async function logged(host: Machine): Promise<string> {
  await host.run(["journalctl", "--sync"]);
  return host.must(["journalctl", "--quiet", "--no-pager", "--output=cat", "-t", "stowage"]);
}

/** stowage top NAME: the processes of a container, as the host sees them and as the container does. */
import { innerId, readProc, readProcess } from "../../host/processes.ts";
import { currentOf } from "../current.ts";
import { exitCodes } from "../exit-codes.ts";
import type { JsonFlag } from "../flags.ts";
import { findContainers, notRunning } from "../names.ts";
import { type Payload, payloadsOf, processesOf } from "../payload.ts";
import { columns } from "../report/columns.ts";
import { printable } from "../report/paint.ts";
import { sizeText, timeUsedText } from "../report/sizes.ts";
import { spanText } from "../report/words.ts";
import { requireRoot, type Session, type SharedFlags } from "../session.ts";

export default async function top(session: Session, flags: SharedFlags & JsonFlag, name: string): Promise<number> {
  requireRoot(session, "top");
  const containers = findContainers(currentOf(session), [name]);
  const payload = (await payloadsOf(session, containers)).get(name);
  if (payload === undefined) throw notRunning(name);
  const rows = rowsOf(payload);
  session.print(flags.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows, session.io.stdout));
  return exitCodes.done;
}

type Row = ReturnType<typeof rowsOf>[number];

function rowsOf(payload: Payload) {
  const map = readProc(`${payload.pid}/uid_map`) ?? "";
  // One inside may have made a namespace of its own, in which its processes have further numbers.
  const depth = readProcess(payload.pid)?.pids.length ?? 1;
  return processesOf(payload)
    .flatMap((pid) => readProcess(pid) ?? [])
    .map(({ pid, pids, uid, rss, cpu, since, command }) => ({
      pid,
      uid,
      innerPid: pids[depth - 1] ?? pid,
      innerUid: innerId(map, uid),
      memory: rss,
      cpu,
      since: new Date(since).toISOString(),
      command,
    }))
    .sort((a, b) => a.innerPid - b.innerPid || a.pid - b.pid);
}

function table(rows: readonly Row[], out: Session["io"]["stdout"]): string {
  const head = ["PID", "UID", "PID INSIDE", "UID INSIDE", "MEMORY", "CPU TIME", "RUNS FOR", "COMMAND"];
  const cells = rows.map((row) => [
    `${row.pid}`,
    `${row.uid}`,
    `${row.innerPid}`,
    `${row.innerUid ?? "-"}`,
    sizeText(row.memory),
    timeUsedText(row.cpu),
    spanText(Date.now() - Date.parse(row.since)),
    printable(row.command).replaceAll("\n", " "),
  ]);
  const text = columns([head, ...cells]);
  // A command may be as long as it likes; a line for each process is read more easily.
  const width = out.isTTY ? out.columns : undefined;
  return width === undefined ? text : text.replace(/^.*$/gm, (line) => line.slice(0, width));
}

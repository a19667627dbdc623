/** Sorted and each once: where the order means nothing. */
export function sortedList<T>(list: readonly T[], key: (one: T) => string = String): T[] {
  const byKey = new Map(list.map((one) => [key(one), one]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Of `--tmpfs=`: systemd-nspawn mounts parents first, whatever the order, and takes mode=0755 where no options are. */
export const tmpfsList = (list: readonly string[]): string[] =>
  sortedList(list.map((text) => (text.includes(":") ? text : `${text}:mode=0755`)));

/** Keys of a unit that are facts of another kind, or no more than how something is done that is one. */
export const explained = new Set(
  (
    "Description Wants After Requires BindsTo RequiresMountsFor Type SyslogIdentifier Slice Delegate KillMode KillSignal " +
    "TimeoutStartSec Restart RestartForceExitStatus SuccessExitStatus DevicePolicy DeviceAllow NetworkNamespacePath " +
    "Environment EnvironmentFile RuntimeDirectory RuntimeDirectoryMode ExecStartPre ExecStart ExecStartPost ExecReload " +
    "ExecStopPost X-RestartIfChanged X-Restart-Triggers X-Reload-Triggers"
  ).split(" "),
);

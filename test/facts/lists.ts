/** Sorted and each once: where the order means nothing. */
export function sortedList<T>(list: readonly T[], key: (one: T) => string = String): T[] {
  const byKey = new Map(list.map((one) => [key(one), one]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Of `--tmpfs=`: systemd-nspawn mounts parents first, whatever the order, and takes mode=0755 where no options are. */
export const tmpfsList = (list: readonly string[]): string[] =>
  sortedList(list.map((text) => (text.includes(":") ? text : `${text}:mode=0755`)));

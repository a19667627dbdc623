/** Amounts in words. */

const units = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** `512 B`, `1.5 MB`, `230 MB`: powers of 1000, three digits at most. `-` where it is not known. */
export function sizeText(bytes: number | null): string {
  if (bytes === null) return "-";
  let [value, at] = [bytes, 0];
  // 999.5 would be shown as 1000.
  while (value >= (at === 0 ? 1000 : 999.5) && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  const text = at === 0 || value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
  return `${text.includes(".") ? text.replace(/\.?0+$/, "") : text} ${units[at]}`;
}

/** Processor time: `0.12 s`, `3m 4s`, of milliseconds. */
export function timeUsedText(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(2)}s`;
  const seconds = Math.floor(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}h ${minutes}m` : `${minutes}m ${seconds % 60}s`;
}

/** Time spans as systemd reads them: systemd.time(7), "PARSING TIME SPANS". */

const seconds: Readonly<Record<string, number>> = {
  usec: 1e-6,
  us: 1e-6,
  µs: 1e-6,
  msec: 1e-3,
  ms: 1e-3,
  "": 1,
  seconds: 1,
  second: 1,
  sec: 1,
  s: 1,
  minutes: 60,
  minute: 60,
  min: 60,
  m: 60,
  hours: 3600,
  hour: 3600,
  hr: 3600,
  h: 3600,
  days: 86_400,
  day: 86_400,
  d: 86_400,
  weeks: 604_800,
  week: 604_800,
  w: 604_800,
  // 30.44 and 365.25 days.
  months: 2_629_800,
  month: 2_629_800,
  M: 2_629_800,
  years: 31_557_600,
  year: 31_557_600,
  y: 31_557_600,
};

/** Of a text that is a time span: `5min 20s` is 320, `infinity` Infinity. A number alone counts seconds. */
export function secondsOf(span: string): number {
  if (span === "infinity") return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (const [, number, unit = ""] of span.matchAll(/(\d+(?:\.\d+)?) ?([A-Za-z\u00b5]*)/g))
    sum += Number(number) * (seconds[unit] ?? Number.NaN);
  // What a sum of fractions leaves below a microsecond is no part of it.
  return Math.round(sum * 1e6) / 1e6;
}

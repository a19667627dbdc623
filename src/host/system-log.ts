/** The machine's log, as far as we write to it ourselves. Facts: systemd-cat(1), sd-daemon(3) "LOGGING", journald.conf(5) "LineMax=". */
import { pipe } from "./run.ts";

const priorities = { error: 3, warning: 4, info: 6 } as const;

/**
 * Characters of a line. journald makes two entries of one that is too long for it (48 KiB), and the second may begin with
 * what a container has written: with a priority at which everybody's terminal is written to.
 */
const longest = 2000;

export interface SystemLog {
  /** Each line of the text becomes an entry. Never fails: who has no journal has no log. */
  line(priority: keyof typeof priorities, text: string): void;
  /** Nothing comes any more; what was written arrives. */
  end(): void;
}

/**
 * @param identifier what entries are found by: `journalctl -t IDENTIFIER`
 * @param start starts the program that takes the lines
 */
export function systemLog(identifier: string, start: typeof pipe = pipe): SystemLog {
  const { stdin, ended } = start(["systemd-cat", `--identifier=${identifier}`], { package: "systemd" });
  ended.catch(() => undefined);
  return {
    line(priority, text) {
      for (const line of text.split("\n").filter((one) => one !== ""))
        stdin.write(`<${priorities[priority]}>${line.slice(0, longest)}\n`);
    },
    end: () => void stdin.end(),
  };
}

/** The machine's log, as far as we write to it ourselves. Facts: systemd-cat(1), sd-daemon(3) "LOGGING". */
import { pipe } from "./run.ts";

const priorities = { error: 3, warning: 4, info: 6 } as const;

export interface SystemLog {
  /** Each line of the text becomes an entry. Never fails: who has no journal has no log. */
  line(priority: keyof typeof priorities, text: string): void;
  /** Nothing comes any more; what was written arrives. */
  end(): void;
}

/** @param identifier what entries are found by: `journalctl -t IDENTIFIER` */
export function systemLog(identifier: string): SystemLog {
  const { stdin, ended } = pipe(["systemd-cat", `--identifier=${identifier}`], { package: "systemd" });
  ended.catch(() => undefined);
  return {
    line(priority, text) {
      for (const line of text.split("\n")) if (line !== "") stdin.write(`<${priorities[priority]}>${line}\n`);
    },
    end: () => void stdin.end(),
  };
}

/** Asking for a page, from wherever a program can be run: a lab host, a neighbour. */
import type { Result } from "../../../lab/exec.ts";

interface Place {
  run(argv: readonly string[], options?: { readonly timeout?: number }): Promise<Result>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** No answer at all: refused, unreachable, timed out. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/**
 * One GET. IPv6 addresses stand in brackets. No proxy, no redirect.
 * @param seconds for the whole of it, default 5
 * @throws NoAnswer
 */
export async function httpGet(from: Place, url: string, seconds = 5): Promise<Answer> {
  const argv = ["curl", "--silent", "--show-error", "--globoff", "--noproxy", "*", "--max-time", `${seconds}`];
  const { code, stdout, stderr } = await from.run([...argv, "--write-out", "\n%{http_code}", "--", url], {
    timeout: (seconds + 10) * 1000,
  });
  if (code !== 0) throw new NoAnswer(`${url}: ${stderr.trim()} (curl's exit code ${code})`);
  const end = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}

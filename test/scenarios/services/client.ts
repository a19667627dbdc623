/** Programs of containers' packages as clients on the lab host: it is of the same suite, and has none of its own. */
import type { Result } from "../../../lab/exec.ts";
import type { Machine } from "../harness.ts";

/** Runs a program of a package tree on the host itself, in its network and as its root. `*` in its path is any name. */
export async function client(host: Machine, program: string, ...argv: readonly string[]): Promise<Result> {
  const [path] = (await host.sh(`ls /var/lib/stowage/store/*${program}`)).split("\n");
  const tree = path!.split("/").slice(0, 6).join("/");
  const libraries = `LD_LIBRARY_PATH=${tree}/usr/lib/x86_64-linux-gnu`;
  return host.run(["env", libraries, path!, ...argv], { timeout: 20_000 });
}

/** Each exit code there is, through `stowage run`: systemd has meanings of its own for many from 200 on. */
import { expect } from "vitest";
import { scenario } from "../harness.ts";
import { prepare } from "./stage.ts";

scenario(
  "0 to 255",
  async ({ host }) => {
    await prepare(host);
    const one = 'stowage run own -- sh -c "exit $1"; test $? = $1 && echo $1';
    const found = await host.sh(`seq 0 255 | xargs -P 3 -n 1 sh -c '${one}' sh`, { timeout: 300_000 });
    const sorted = found
      .trim()
      .split("\n")
      .map(Number)
      .sort((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 256 }, (_, code) => code));
  },
  { on: "trixie", timeout: 400_000 },
);

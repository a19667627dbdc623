/** examples/modules: a module of a user's own, loaded as the command loads it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as stowage from "../../src/index.ts";
import { loadHost } from "../../src/load/index.ts";
import { evalModules, explain } from "../../src/modules/index.ts";
import { hostOptions } from "../../src/options/index.ts";

test("containers come from the sites", async () => {
  const file = fileURLToPath(new URL("../../examples/modules/host.ts", import.meta.url));
  const cacheDir = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const { modules } = await loadHost(file, { cacheDir, cliVersion: "1", libraries: { stowage } });
    const evaluation = evalModules({ modules: [{ options: hostOptions }, ...modules] });
    expect(evaluation.issues).toEqual([]);
    const { containers } = evaluation.config;
    expect(Object.keys(containers)).toEqual(["our-blog", "shop-example"]);
    expect(containers["our-blog"]).toMatchObject({ autoStart: false, localAddress: "10.50.0.2" });
    expect(containers["shop-example"]).toMatchObject({
      autoStart: true,
      localAddress: "10.50.0.4",
      forwardPorts: [{ hostPort: 8080, containerPort: 80 }],
    });
    const definitions = explain(evaluation, ["containers", "our-blog", "autoStart"])?.definitions;
    expect(definitions?.map(({ place, counts }) => [place?.file.split("/").at(-1), counts])).toEqual([
      ["sites.ts", false],
      ["host.ts", true],
    ]);
  } finally {
    rmSync(cacheDir, { recursive: true });
  }
});

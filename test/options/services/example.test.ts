/** examples/services: what its host.ts comes to, with a module of one's own. Run for real by test/scenarios/services. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as stowage from "../../../src/index.ts";
import { loadHost } from "../../../src/load/index.ts";
import { evalModules } from "../../../src/modules/index.ts";
import { type HostConfig, hostModule } from "../../../src/options/index.ts";
import { textOf } from "./evaluated.ts";

test("services that are brought and one of one's own, in one container", async () => {
  const file = fileURLToPath(new URL("../../../examples/services/host.ts", import.meta.url));
  const cacheDir = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const { modules } = await loadHost(file, { cacheDir, cliVersion: "1", libraries: { stowage } });
    const evaluation = evalModules({ modules: [hostModule, ...modules] });
    expect(evaluation.issues).toEqual([]);
    const config = (evaluation.config as unknown as HostConfig).containers.bakery!.config!;
    expect([...config.packages].sort()).toEqual(["nginx-light", "python3", "redis-server"]);
    expect(Object.keys(config.systemd.services)).toEqual(["nginx", "redis", "visits"]);
    expect(config.systemd.services.visits).toMatchObject({
      environment: { PORT: 3000, GREETING: "Welcome" },
      serviceConfig: { User: "visits" },
    });
    expect(textOf(config, "nginx/nginx.conf")).toContain("proxy_pass http://127.0.0.1:3000;");
    expect(config.users.users.visits?.isSystemUser).toBe(true);
  } finally {
    rmSync(cacheDir, { recursive: true });
  }
});

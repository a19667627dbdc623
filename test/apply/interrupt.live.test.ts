/** A switch that is killed at any point is finished by the next one, without a manual step. */
import { expect } from "vitest";
import { dualStack, hostWith, serving } from "../scenarios/configurations.ts";
import { eventually, httpGet, scenario } from "../scenarios/harness.ts";

const web = (page: string) => `\n      autoStart: true,${dualStack}\n      config: ${serving(page)},`;
const other = `\n      autoStart: true,\n      privateNetwork: true,\n      config: {},`;

scenario(
  "killed at any moment: the next switch finishes",
  async ({ host }) => {
    await host.switchTo(hostWith({ web: web("page 0\n") }));
    let cutShort = 0;
    for (let round = 1; round <= 6; round++) {
      const page = `page ${round}\n`;
      // Each round changes a container, and adds or removes another.
      await host.configure(hostWith(round % 2 === 1 ? { web: web(page), other } : { web: web(page) }));
      // Not before it has begun to change anything, however long a busy machine takes until then.
      const begun = "for i in $(seq 3000); do test -e /var/lib/stowage/switch.json && break; sleep 0.01; done";
      const seconds = ((round - 1) * 0.2).toFixed(2);
      await host.run(
        ["sh", "-c", `stowage switch >/dev/null 2>&1 & pid=$!; ${begun}; sleep ${seconds}; kill -9 $pid; wait $pid`],
        { timeout: 60_000 },
      );
      if ((await host.run(["test", "-e", "/var/lib/stowage/switch.json"])).code === 0) cutShort += 1;
      // Jobs that the killed one had begun go on in systemd.
      await eventually(async () =>
        expect((await host.must(["systemctl", "list-jobs", "--no-legend"])).trim()).toBe(""),
      );

      const finished = await host.tryStowage(["switch"]);
      expect(finished.code, finished.stderr).toBe(0);
      expect(await host.tryStowage(["plan"])).toMatchObject({ code: 0, stdout: "" });
      expect((await httpGet(host, "http://10.233.1.2/")).body).toBe(page);
      expect((await host.run(["systemctl", "is-active", "container@other.service"])).stdout.trim()).toBe(
        round % 2 === 1 ? "active" : "inactive",
      );
      expect(
        await host.sh("find /etc /var/lib/stowage -name '*.stowage-*' -o -name 'root.new-*' -o -name switch.json"),
      ).toBe("");
    }
    // Otherwise the moments were badly chosen, and nothing was shown.
    expect(cutShort).toBeGreaterThan(0);
  },
  { on: "bookworm", timeout: 400_000 },
);

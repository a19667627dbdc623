/** Only what nothing needs is removed: not what a generation that is kept has, nor what still runs. */
import { expect } from "vitest";
import { dualStack, hostWith, serving } from "../configurations.ts";
import { httpGet, scenario } from "../harness.ts";

const plain = `\n      autoStart: true,\n      privateNetwork: true,\n      config: {},`;
const web = (page: string, more = ""): string =>
  `\n      autoStart: true,${dualStack}${more}\n      config: ${serving(page)},`;

scenario(
  "gc removes what nothing needs, and nothing else",
  async ({ host }) => {
    const store = async () => (await host.must(["ls", "/var/lib/stowage/store"])).trim().split("\n").sort();
    const page = async () => (await httpGet(host, "http://10.233.1.2/")).body;
    await host.switchTo(hostWith({ web: web("one\n") }));
    await host.switchTo(hostWith({ web: web("two\n") }));
    const both = await store();

    // Two generations, each with all that it needs.
    expect(await host.stowage(["gc"])).toBe("");
    expect(await store()).toEqual(both);

    const first = both.filter((name) => name.endsWith("-web"));
    const shown = await host.stowage(["gc", "--keep", "1", "--dry-run"]);
    expect(shown).toMatch(/^generation 1\n[0-9a-z]{32}-web\n$/);
    expect(await store()).toEqual(both);
    expect(await host.stowage(["gc", "--keep", "1"])).toMatch(/^generation 1\n[0-9a-z]{32}-web\nremoved; [\d.]+ MiB/);
    expect((await store()).filter((name) => name.endsWith("-web"))).toHaveLength(first.length - 1);
    expect(await page()).toBe("two\n");
    const back = await host.tryStowage(["rollback"]);
    expect(back.code).toBe(1);
    expect(back.stderr).toContain("there is no generation before 2");

    // Changed, but left running as it was: nothing declares its packages any more, and yet they are in use.
    await host.switchTo(
      hostWith({
        web: `${web("two\n", "\n      restartIfChanged: false,").replace("nginx-light", 'nginx-light", "sudo')}`,
      }),
    );
    const running = await store();
    await host.stowage(["gc", "--keep", "1"]);
    expect(running.filter((name) => name.includes("nginx-light")).length).toBeGreaterThan(1);
    expect(await page()).toBe("two\n");
    await host.must(["systemctl", "restart", "container@web.service"]);
    expect(await page()).toBe("two\n");

    await host.switchTo(hostWith({ plain }));
    await host.stowage(["gc", "--keep", "1"]);
    expect((await store()).filter((name) => name.endsWith("-plain"))).toHaveLength(1);
    expect(await host.property("container@plain.service", "ActiveState")).toBe("active");
  },
  { on: "trixie" },
);
